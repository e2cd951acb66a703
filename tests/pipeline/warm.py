"""A Python that has imported the libraries already, so that tests of many short programs are cheap.

Most of a tiny stage's time goes into importing PyTorch, most of a `dvc` command's into importing
DVC. Servers import them once; `python`, `dvc` and `semisup` in `bin` ask one to fork, and the child
runs the program with the caller's arguments, folder, environment, and open files. To fork a process
with PyTorch takes ten times as long as one without: what needs none has a server of its own. The
project's own package is never imported beforehand. Programs end when their caller is killed; tests
of signals use a Python that starts from nothing.

Usage: python warm.py SOCKET, with an open pipe as its standard input, which ends the server.
"""

import atexit
import contextlib
import copy
import functools
import gc
import importlib
import marshal
import operator
import os
import runpy
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import traceback
import types
from pathlib import Path
from typing import IO, Any, NoReturn

FOLDER = "WARM_PYTHON"  # the environment variable that names that of the sockets
PRELOADED = [
    "multiprocessing.spawn",  # notes which Python there is: this one can pass on its open files
    *("dvc.cli.parser", "dvc.repo", "dvc.repo.plots", "dvc.commands.repro", "dvc.scm", "dvc_http"),
    *("dvc.stage.cache", "dulwich.walk", "dvc.dvcfile", "pygit2", "requests", "tabulate", "psutil"),
    *("dvc.data_cloud", "dvc.cachemgr", "dvc.repo.index", "dvc.repo.graph", "dvc.repo.open_repo"),
    *("dvc.repo.artifacts", "dvc.repo.datasets", "dvc.repo.metrics.diff", "dvc.repo.params.diff"),
    *("dvc.repo.collect", "dvc.rwlock", "dvc.render.match", "dvc.ui.table", "dvc.utils.strictyaml"),
    *("dvc.repo.experiments.run", "dvc.repo.experiments.show", "dvc.repo.experiments.queue.celery"),
    *("dvc.repo.experiments.queue.workspace", "dvc_data.index.checkout", "wcwidth", "networkx"),
    "yaml",
]
HEAVY = [
    *("torch", "torch.nn.parallel", "pandas", "scipy.optimize", "typer._adapters"),
    *("pydantic.type_adapter", "pydantic.json_schema", "pydantic.plugin", "ruamel.yaml"),
    *("safetensors.torch", "PIL.Image", "matplotlib.pyplot", "jinja2", "typer.rich_utils"),
]
SERVERS = {"light": PRELOADED, "heavy": [*PRELOADED, *HEAVY]}  # by the names of their sockets
CLIENT = """\
#!{python} -ISE
import marshal, os, socket, sys

request = marshal.dumps((os.getcwd(), {arguments}, dict(os.environ)))
with socket.socket(socket.AF_UNIX) as server:
    server.connect(os.path.join(os.environ["{variable}"], {server}))
    socket.send_fds(server, [len(request).to_bytes(8)], [0, 1, 2])
    server.sendall(request)
    sys.exit(int.from_bytes(server.recv(1) or b"\\xff"))
"""
PROGRAMS = {  # what they give to Python, and which one
    "python": ("sys.argv[1:]", "'light' if sys.argv[1:2] == ['stub_stage.py'] else 'heavy'"),
    "dvc": ("['-m', 'dvc', *sys.argv[1:]]", "'light'"),
    "semisup": ("['-c', 'from semisup.cli.main import main; main()', *sys.argv[1:]]", "'heavy'"),
}


class WarmPython:
    """Running servers and a folder of programs that use them."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(
            prefix="warm-"
        )  # short: paths of sockets must be
        self.bin = Path(self._folder.name, "bin")
        self.bin.mkdir()
        for name, (arguments, server) in PROGRAMS.items():
            program = self.bin / name
            fill = {"python": sys.executable, "variable": FOLDER}
            program.write_text(CLIENT.format(arguments=arguments, server=server, **fill))
            program.chmod(0o755)
        self.env = {FOLDER: self._folder.name}
        self._servers = [
            subprocess.Popen(
                [sys.executable, __file__, str(Path(self._folder.name, name))],
                stdin=subprocess.PIPE,  # closed when this process ends
                stdout=subprocess.PIPE,
                start_new_session=True,  # Ctrl-C is the tests' affair
            )
            for name in SERVERS
        ]
        for server in self._servers:
            assert server.stdout is not None
            assert server.stdout.readline() == b"ready\n"

    def run(self, *arguments: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
        """`python ARGUMENTS`, whatever its status; options are those of `subprocess.run`."""
        command, env = [self.bin / "python", *arguments], os.environ | self.env
        return subprocess.run(
            command, env=env, check=False, capture_output=True, text=True, **options
        )


@functools.cache
def warm_python() -> WarmPython:
    """The one of this process, for as long as it lives."""
    return WarmPython()


def serve(path: str) -> NoReturn:
    for name in SERVERS[Path(path).name]:
        with contextlib.suppress(ModuleNotFoundError):  # of other versions
            importlib.import_module(name)
    make_dvc_fast()
    gc.freeze()  # so that a child's collections copy no pages
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen()
    threading.Thread(target=end_with_standard_input, daemon=True).start()
    os.write(1, b"ready\n")
    while True:
        connection, _ = listener.accept()
        size, files, _, _ = socket.recv_fds(connection, 8, 3)
        with connection.makefile("rb") as stream:
            folder, arguments, env = marshal.loads(stream.read(int.from_bytes(size)))
        program = os.fork()
        if program == 0:
            os.setsid()
            listener.close()
            connection.close()
            run(folder, arguments, env, files)
        for file in files:
            os.close(file)
        threading.Thread(target=attend, args=(connection, program), daemon=True).start()


def make_dvc_fast() -> None:
    """Parse no text twice, write locks by libyaml, look for a parameter along its path alone.

    To keep comments, which dvc.lock has none of, takes DVC most of its time.
    """
    import dpath
    import yaml
    from dvc.dependency import param
    from dvc.utils.serialize import _yaml as of_dvc

    of_text, parse_anew = dict[str, Any](), of_dvc.parse_yaml

    def parse(text: str, path: str, typ: str = "safe") -> Any:
        if text not in of_text:
            of_text[text] = parse_anew(text, path, typ)
        return copy.deepcopy(of_text[text])

    def dump(data: object, stream: IO[str]) -> None:
        text = yaml.dump(data, None, Dumper, sort_keys=False)
        of_text[text] = copy.deepcopy(data)
        stream.write(text)

    class Dumper(yaml.CSafeDumper):
        pass

    for kind in (dict, list, str, int, float):  # of files with comments: as if they had none
        Dumper.add_multi_representer(kind, yaml.SafeDumper.yaml_representers[kind])
    of_dvc.parse_yaml, of_dvc.parse_yaml_for_update, of_dvc._dump = parse, parse, dump

    def get(params: dict[str, Any], path: str, separator: str) -> Any:
        return functools.reduce(operator.getitem, path.split(separator), params)

    param.dpath = types.SimpleNamespace(get=get, search=dpath.search)


def end_with_standard_input() -> NoReturn:
    os.read(0, 1)
    os._exit(0)


def attend(connection: socket.socket, program: int) -> None:
    """Tell the caller the program's status, or end the program with the caller."""
    has_ended = threading.Event()

    def end_with_caller() -> None:
        connection.recv(1)
        if not has_ended.is_set():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(program, signal.SIGKILL)

    threading.Thread(target=end_with_caller, daemon=True).start()
    status = os.waitstatus_to_exitcode(os.waitpid(program, 0)[1])
    has_ended.set()
    with contextlib.suppress(OSError):
        connection.sendall(bytes([status if status >= 0 else 128 - status]))
        connection.shutdown(socket.SHUT_RDWR)


def run(folder: str, arguments: list[str], env: dict[str, str], files: list[int]) -> NoReturn:
    """What `python ARGUMENTS` does: a script, `-m MODULE` or `-c CODE`."""
    for target, file in enumerate(files):
        os.dup2(file, target)
        os.close(file)
    sys.executable = str(Path(env[FOLDER], "bin/python"))
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(env)
    own = Path(__file__).parent
    sys.path[:] = [path for path in sys.path if path != str(own)]
    sys.path[:0] = [
        str(Path(path).resolve()) for path in env.get("PYTHONPATH", "").split(":") if path
    ]
    try:
        match arguments:
            case ["-c", code, *rest]:
                sys.argv = ["-c", *rest]
                sys.path.insert(0, "")
                main = sys.modules["__main__"] = types.ModuleType("__main__")
                exec(compile(code, "<string>", "exec"), main.__dict__)
            case ["-m", module, *rest] | ["-P", "-m", module, *rest]:
                sys.argv = [module, *rest]
                if arguments[0] != "-P":
                    sys.path.insert(0, folder)
                runpy.run_module(module, run_name="__main__", alter_sys=True)
            case [script, *rest]:
                sys.argv = [script, *rest]
                sys.path.insert(0, str(Path(script).resolve().parent))
                runpy.run_path(script, run_name="__main__")
    except SystemExit as leaving:
        end(leaving.code)
    except BaseException:
        traceback.print_exc()
        end(1)
    end(0)


def end(code: object) -> NoReturn:
    """What Python does at its end, but for taking apart all that is loaded, which takes seconds."""
    if code is not None and not isinstance(code, int):
        print(code, file=sys.stderr)
        code = 1
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code or 0)


if __name__ == "__main__":
    serve(sys.argv[1])
