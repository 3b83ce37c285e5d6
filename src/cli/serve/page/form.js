// The inputs: made from what the server says of the scenario's text, and written back into it one by one.
"use strict";

const EXACT = [["10000", "5", "quick look"], ["20000", "10", "good"], ["100000", "10", "as gatecap sweep does"]];
let shownInputs = "";

// An element with text and attributes; all text goes through textContent.
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

function inputElement(input) {
  const id = "input-" + input.id.replace(/[^a-z0-9-]/g, "-");
  const attributes = { id, "data-input": input.id, "aria-describedby": `${id}-unit ${id}-help ${id}-fault` };
  let control;
  if (input.choices.length > 0) {
    control = make("select", attributes, ...input.choices.map(([value, title]) => make("option", { value }, title)));
  } else {
    const mode = input.whole ? "numeric" : "decimal";
    control = make("input", { ...attributes, inputmode: mode, autocomplete: "off", maxlength: "20" });
  }
  control.addEventListener("change", () => changeInputs([[input.id, control.value]]));
  return make("div", { class: "input" }, make("label", { class: "label", for: id }, input.label), control,
    make("span", { class: "unit", id: id + "-unit" }, input.unit),
    make("span", { class: "help", id: id + "-help" }, input.help), make("span", { class: "fault", id: id + "-fault" }));
}

function showForm(form, issues) {
  const usable = form !== null;
  for (const control of document.querySelectorAll("[data-input], [data-option], #exact")) control.disabled = !usable;
  if (!usable) return;
  const wanted = form.inputs.map((input) => input.id).join(" ") + JSON.stringify(form.options && form.options.others);
  if (wanted !== shownInputs) {
    shownInputs = wanted;
    buildForm(form);
  }
  for (const input of form.inputs) showInput(input, issues);
  showOptions(form.options);
  showExact(form.inputs);
  nameBound();
}

// The bound is asked for by the name of what it bounds: "p99 at or below".
function nameBound() {
  const [metric, bound] = ["metric", "bound"].map((id) => document.querySelector(`[data-input="${id}"]`));
  const chosen = metric && metric.selectedOptions[0] ? metric.selectedOptions[0].textContent : "";
  if (!bound || !chosen) return;
  const words = chosen[0].toUpperCase() === "P" ? chosen : chosen[0].toUpperCase() + chosen.slice(1);
  document.querySelector(`label[for="${bound.id}"]`).textContent = `${words} at or below`;
}

function buildForm(form) {
  const groups = new Map();
  for (const input of form.inputs) {
    if (!groups.has(input.group)) groups.set(input.group, []);
    groups.get(input.group).push(inputElement(input));
  }
  document.getElementById("question-inputs").replaceChildren(...(groups.get("question") || []));
  groups.delete("question");
  const sets = [...groups].map(([title, inputs]) => make("fieldset", {}, make("legend", {}, title), ...inputs));
  if (form.options) sets.unshift(optionsElement(form.options));
  document.getElementById("more-inputs").replaceChildren(...sets);
}

function showInput(input, issues) {
  const control = document.querySelector(`[data-input="${CSS.escape(input.id)}"]`);
  if (!control) return;
  const known = input.choices.length === 0 || input.choices.some(([value]) => value === input.value);
  if (!known) control.append(make("option", { value: input.value }, input.value));
  if (control.value !== input.value) control.value = input.value;
  control.disabled = input.state === "other";
  control.placeholder = input.state === "other" ? "in the text" : input.state === "none" ? "not asked" : "";
  const mine = ((issues && issues.list) || []).filter((issue) => issue.input === input.id);
  fault(control, mine.map((issue) => issue.message).join("; "));
}

function fault(control, message) {
  control.setAttribute("aria-invalid", message ? "true" : "false");
  document.getElementById(control.id + "-fault").textContent = message;
}

function optionsElement(options) {
  const boxes = options.all.map((option) => {
    const box = make("input", { type: "checkbox", "data-option": option.name });
    box.addEventListener("change", () => {
      const on = [...document.querySelectorAll("[data-option]")].filter((each) => each.checked);
      changeInputs([["options", on.map((each) => each.dataset.option).join(" ")]]);
    });
    return make("label", { class: "tick" }, box, " ", make("span", {}, option.title));
  });
  const others = options.others.map((name) => make("p", { class: "muted" }, "also, by the text: ", make("bdi", {}, name)));
  return make("fieldset", { id: "which" }, make("legend", {}, "Options to compare"), ...boxes, ...others,
    make("p", { class: "wrong", id: "options-fault" }));
}

function showOptions(options) {
  if (!options) return;
  let number = 0;
  for (const option of options.all) {
    const box = document.querySelector(`[data-option="${CSS.escape(option.name)}"]`);
    box.checked = option.on;
    box.nextElementSibling.textContent = (option.on ? `${++number} ` : "") + option.title;
  }
  document.getElementById("options-fault").textContent = "";
}

function showExact(inputs) {
  const select = document.getElementById("exact");
  const value = (id) => (inputs.find((input) => input.id === id) || {}).value;
  const at = EXACT.findIndex(([requests, runs]) => requests === value("requests") && runs === value("replications"));
  if (select.options.length === 0) {
    EXACT.forEach(([requests, runs, words], i) => {
      select.append(make("option", { value: String(i) }, `${words}: ${runs} × ${Number(requests).toLocaleString("en")} requests`));
    });
    select.append(make("option", { value: "own" }, "as the inputs say"));
    select.addEventListener("change", () => {
      const chosen = EXACT[Number(select.value)];
      if (chosen) changeInputs([["requests", chosen[0]], ["replications", chosen[1]]]);
    });
  }
  select.value = at < 0 ? "own" : String(at);
}

// What is wrong with the scenario, each with a button that goes to its place.
function showMistakes(issues) {
  const box = document.getElementById("mistakes");
  const text = document.getElementById("text");
  text.setAttribute("aria-invalid", issues ? "true" : "false");
  if (!issues) {
    box.replaceChildren();
    return;
  }
  const items = issues.list.map((issue) => {
    const item = make("li", {}, make("span", { class: "wrong" }, issue.message));
    if (issue.place) {
      const go = make("button", { type: "button", class: "link" }, `line ${issue.place.line}, column ${issue.place.column}`);
      go.addEventListener("click", () => {
        text.focus();
        text.setSelectionRange(issue.place.from, Math.max(issue.place.to, issue.place.from + 1));
        // A selection by itself scrolls nothing.
        text.scrollTop = Math.max(0, issue.place.line - 6) * parseFloat(getComputedStyle(text).lineHeight);
      });
      item.prepend(go, ": ");
    }
    if (issue.hint) item.append(make("br"), make("span", { class: "muted" }, "hint: " + issue.hint));
    return item;
  });
  const all = issues.count === 1 ? "One mistake; nothing runs until it is mended." : `${issues.count} mistakes; nothing runs until they are mended.`;
  box.replaceChildren(make("p", { class: "wrong" }, all), make("ul", {}, ...items),
    make("details", {}, make("summary", {}, "As a terminal shows it"), make("pre", {}, issues.text)));
}
