"use strict";
// Charts take the colour of the page's text, so that one drawing serves light, dark and print.
const CONFIG = {
  background: null,
  font: "system-ui, sans-serif",
  axis: {
    labelColor: "currentColor", titleColor: "currentColor", domainColor: "currentColor",
    tickColor: "currentColor", gridColor: "currentColor", gridOpacity: 0.13, domainOpacity: 0.5,
    tickOpacity: 0.5, labelFontSize: 12, titleFontSize: 12, titleFontWeight: "normal",
    labelOverlap: true,
    // names end in a number where they are cut to the same: so much room that it is not cut off too
    labelLimit: Math.min(360, innerWidth / 2), maxExtent: 400,
  },
  axisY: { tickCount: 8 },
  axisX: { tickCount: { expr: "width < 400 ? 4 : 8" } },  // labels at the ends stand over each other
  legend: { labelColor: "currentColor", titleColor: "currentColor", labelFontSize: 12, labelLimit: 0 },
  view: { stroke: null },
};

function chosen(figure) {
  const wanted = {};
  for (const input of figure.querySelectorAll("input[data-field]")) {
    const values = (wanted[input.dataset.field] ??= new Set());
    if (input.checked) values.add(input.value);
  }
  return wanted;
}

function shown(rows, wanted) {
  const fields = Object.entries(wanted);
  return rows.filter((row) => fields.every(([field, values]) => values.has(String(row[field]))));
}

async function draw(figure) {
  const { spec, rows } = JSON.parse(figure.querySelector("script").textContent);
  const data = { name: "rows", values: shown(rows, chosen(figure)) };
  const options = { renderer: "svg", actions: false, config: CONFIG };
  const place = figure.querySelector(".chart");
  const { view } = await vegaEmbed(place, { ...spec, data }, options);
  figure.addEventListener("change", () => {
    view.data("rows", shown(rows, chosen(figure))).runAsync();
  });
}

// What each doubling costs, at a price that the reader knows.
const form = document.querySelector("form.price");
function price() {
  const each = form.querySelector("input").valueAsNumber;
  const told = (value) => each >= 0 ? value.toLocaleString("en", { maximumFractionDigits: 2 }) : "-";
  for (const row of document.querySelectorAll("#prices tbody tr")) {
    const cost = row.dataset.labels * each;
    row.cells[4].textContent = told(cost);
    row.cells[5].textContent = row.dataset.gain > 0 ? told(cost / row.dataset.gain) : "-";
  }
}
form?.addEventListener("input", price);
form?.addEventListener("submit", (event) => event.preventDefault());
if (form) price();

const drawn = [...document.querySelectorAll("figure[data-chart]")].map(draw);
Promise.all(drawn).then(() => { document.documentElement.dataset.drawn = String(drawn.length); });
