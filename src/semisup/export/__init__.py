"""Of the stage `export`: the advised classifier as files that need nothing of this project."""
