// Controls for a long table in a web page: a choice for each column that the division around the table names in
// `filters`, a search in all columns, a count of the rows shown, and a button that shows all again. The table itself is
// in the page; without this script it is simply shown whole. Nothing is loaded and nothing is stored.
(function () {
  "use strict";

  function made(tag, attributes, children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...(children || []));
    return element;
  }

  // Letters without case and accents, blanks of every kind as one.
  function folded(text) {
    return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase().replace(/\s+/g, " ").trim();
  }

  function shown(cell) {
    return cell.textContent.replace(/\s+/g, " ").trim();
  }

  // A label with its control below it.
  function labelled(id, label, control) {
    control.id = id;
    return made("div", { class: "filter-field" }, [made("label", { for: id }, [label]), control]);
  }

  function choice(values) {
    const select = made("select", {}, [made("option", { value: "" }, ["All"])]);
    for (const value of values) select.append(made("option", { value: value }, [value]));
    return select;
  }

  function filterable(box, number) {
    const table = box.querySelector("table");
    const rows = Array.from(table.tBodies[0].rows, (row) => {
      const cells = Array.from(row.cells, shown);
      return { row: row, cells: cells, text: folded(cells.join(" ")) };
    });
    const headings = Array.from(table.tHead.rows[0].cells, shown);
    const id = (name) => "filter-" + number + "-" + name;
    const search = made("input", { type: "search", autocomplete: "off", spellcheck: "false" });
    const fields = [labelled(id("text"), "Words", search)];
    const choices = [];
    for (const name of box.dataset.filters.split(";").map((part) => part.trim())) {
      const column = headings.indexOf(name);
      if (column < 0) throw new Error("The table has no column " + name + " to filter by.");
      const values = [...new Set(rows.map((each) => each.cells[column]))].sort((a, b) => a.localeCompare(b, "en"));
      const select = choice(values);
      choices.push({ column: column, select: select });
      fields.push(labelled(id(column), name, select));
    }
    const reset = made("button", { type: "reset" }, ["Show all"]);
    const status = made("p", { class: "filter-status", role: "status" });
    const form = made("form", { class: "filter", role: "search", "aria-label": "Filter the table" }, [...fields, reset]);

    function apply() {
      const words = folded(search.value).split(" ");
      const wanted = choices.filter((each) => each.select.value);
      let count = 0;
      for (const each of rows) {
        const fits = wanted.every((one) => each.cells[one.column] === one.select.value) &&
          words.every((word) => each.text.includes(word));
        each.row.hidden = !fits;
        count += fits;
      }
      const all = rows.length.toLocaleString("en-GB");
      status.textContent = count === rows.length ? "All " + all + " rows are shown."
        : count ? count.toLocaleString("en-GB") + " of " + all + " rows are shown."
          : "None of " + all + " rows fits. Take a choice back, or show all.";
    }

    // A screen reader hears the count once typing rests, not after each letter.
    let waiting;
    form.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(apply, 150); });
    form.addEventListener("submit", (event) => { event.preventDefault(); apply(); });
    form.addEventListener("reset", () => { setTimeout(apply, 0); });
    box.prepend(form, status);
    apply();
  }

  document.querySelectorAll("[data-filters]").forEach(filterable);
})();
