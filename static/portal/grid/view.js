// Draws the rows in sight and the selection; two thousand rows cost as much as thirty.
(() => {
    "use strict";
    const store = window.ppGrid;
    const { words } = store;
    const grid = document.getElementById("pp-grid");
    const head = document.getElementById("pp-grid-head");
    const body = document.getElementById("pp-grid-body");
    const columns = words.columns.map(([name]) => name);
    const NUMBERS = new Set(["list", "cost", "floor", "price", "discount", "margin", "stock", "sold", "held", "limit"]);
    const EDITED = new Set(["sku", "price", "discount", "stock", "limit"]);
    const SPARE = 8;
    const view = { row: 0, column: columns.indexOf("price"), endRow: 0, endColumn: columns.indexOf("price"), columns, EDITED, grid, body };
    let drawn = false;

    grid.classList.toggle("pp-grid-slim", !columns.includes("stock"));
    grid.classList.toggle("pp-grid-sells", columns.includes("sold"));
    head.replaceChildren(...words.columns.map(([name, label]) => {
        const cell = document.createElement("div");
        cell.setAttribute("role", "columnheader");
        cell.className = `pp-cell pp-cell-${name}${NUMBERS.has(name) ? " pp-cell-number" : ""}`;
        cell.textContent = cell.title = label;
        return cell;
    }));
    grid.setAttribute("aria-colcount", columns.length);

    const height = () => parseFloat(getComputedStyle(grid).getPropertyValue("--pp-row")) || 34;
    const span = () => ({
        top: Math.min(view.row, view.endRow), bottom: Math.max(view.row, view.endRow),
        left: Math.min(view.column, view.endColumn), right: Math.max(view.column, view.endColumn),
    });

    function textOf(row, name) {
        if (name === "limit") return store.isBlank(row) ? "" : store.limit;
        return row[name] ?? "";
    }

    function fillState(cell, row) {
        const label = words.states[row.state];
        const isNew = words.mayEdit && !store.isBlank(row) && !store.isSaved(row) && !row.state;
        if (label || isNew) {
            const badge = document.createElement("span");
            badge.className = `pp-badge ${row.state === "stopped" ? "pp-badge-danger" : "pp-badge-info"}`;
            badge.textContent = label || words.states.added;
            if (row.was) badge.title = store.said(words.said.was, row.was);
            cell.append(badge);
        }
        if (words.mayStop && row.state !== "stopped" && row.state !== "added" && store.isSaved(row)) {
            const button = document.createElement("button");
            button.type = "button";
            button.tabIndex = -1;
            button.className = "pp-grid-stop";
            button.dataset.stop = row.sku;
            button.textContent = words.said.stop;
            button.setAttribute("aria-label", store.said(words.said.stopTitle, row.sku));
            cell.append(button);
        }
    }

    function fillCell(cell, row, name) {
        if (name === "state") return fillState(cell, row);
        if (name === "problems") {
            const problems = store.problemsOf(row);
            cell.textContent = problems.map((one) => one[2]).join("；");
            cell.title = cell.textContent;
            if (problems.length) cell.classList.add(problems.some((one) => one[1] !== "risk") ? "pp-cell-fault" : "pp-cell-risk");
            return undefined;
        }
        cell.textContent = textOf(row, name);
        if (name === "price" && row.was && row.state === "repriced") cell.title = store.said(words.said.was, row.was);
        if (name === "name" || name === "sku") cell.title = cell.textContent;
        return undefined;
    }

    function makeRow(row, index, chosen) {
        const line = document.createElement("div");
        const problems = store.problemsOf(row);
        line.setAttribute("role", "row");
        line.setAttribute("aria-rowindex", index + 2);
        line.className = "pp-grid-row";
        if (problems.some((one) => one[1] !== "risk")) line.classList.add("pp-row-fault");
        else if (problems.length) line.classList.add("pp-row-risk");
        if (row.state === "stopped") line.classList.add("pp-row-stopped");
        line.style.transform = `translateY(${index * height()}px)`;
        columns.forEach((name, c) => {
            const cell = document.createElement("div");
            cell.setAttribute("role", "gridcell");
            cell.id = `pp-cell-${index}-${c}`;
            cell.dataset.row = index;
            cell.dataset.column = c;
            cell.className = `pp-cell pp-cell-${name}${NUMBERS.has(name) ? " pp-cell-number" : ""}`;
            if (words.mayEdit && EDITED.has(name)) cell.classList.add("pp-cell-edited");
            const isIn = index >= chosen.top && index <= chosen.bottom && c >= chosen.left && c <= chosen.right;
            cell.setAttribute("aria-selected", isIn);
            if (index === view.endRow && c === view.endColumn) cell.classList.add("pp-cell-on");
            fillCell(cell, row, name);
            line.append(cell);
        });
        return line;
    }

    function draw() {
        drawn = false;
        const rows = store.shown;
        const tall = height();
        const most = Math.max(0, rows.length - 1);
        for (const name of ["row", "endRow"]) view[name] = Math.min(view[name], most);
        body.style.height = `${Math.max(rows.length, 1) * tall}px`;
        grid.setAttribute("aria-rowcount", rows.length + 1);
        const from = Math.max(0, Math.floor(grid.scrollTop / tall) - SPARE);
        const to = Math.min(rows.length, Math.ceil((grid.scrollTop + grid.clientHeight) / tall) + SPARE);
        const chosen = span();
        const lines = [];
        for (let i = from; i < to; i += 1) lines.push(makeRow(rows[i], i, chosen));
        if (!rows.length) {
            const none = document.createElement("div");
            none.className = "pp-grid-none";
            none.setAttribute("role", "row");
            const cell = document.createElement("div");
            cell.setAttribute("role", "gridcell");
            cell.textContent = store.rows.length ? words.said.nothing : words.said.empty;
            none.append(cell);
            lines.push(none);
        }
        const open = body.querySelector(".pp-grid-editor");
        // An open editor stays where it is: taken out for a moment it would lose the focus and close.
        for (const child of [...body.children]) if (child !== open) child.remove();
        body.prepend(...lines);
        if (rows.length) grid.setAttribute("aria-activedescendant", `pp-cell-${view.endRow}-${view.endColumn}`);
    }

    function redraw() {
        if (!drawn) { drawn = true; requestAnimationFrame(draw); }
    }

    function reveal() {
        const tall = height();
        const top = view.endRow * tall;
        const visible = grid.clientHeight - head.offsetHeight;
        if (top < grid.scrollTop) grid.scrollTop = top;
        else if (top + tall > grid.scrollTop + visible) grid.scrollTop = top + tall - visible;
        const header = head.children[view.endColumn];
        if (header.offsetLeft < grid.scrollLeft) grid.scrollLeft = header.offsetLeft;
        else if (header.offsetLeft + header.offsetWidth > grid.scrollLeft + grid.clientWidth) grid.scrollLeft = header.offsetLeft + header.offsetWidth - grid.clientWidth;
    }

    function go(row, column, extend) {
        view.endRow = Math.max(0, Math.min(store.shown.length - 1, row));
        view.endColumn = Math.max(0, Math.min(columns.length - 1, column));
        if (!extend) { view.row = view.endRow; view.column = view.endColumn; }
        reveal();
        redraw();
        view.onMove?.();
    }

    const page = () => Math.max(1, Math.floor((grid.clientHeight - head.offsetHeight) / height()) - 1);
    const selected = () => store.shown.slice(span().top, span().bottom + 1);

    grid.addEventListener("scroll", redraw, { passive: true });
    window.addEventListener("resize", redraw);
    store.onChange(redraw);
    Object.assign(view, { span, textOf, draw, redraw, go, page, selected, height });
    store.view = view;
})();
