// Keyboard, mouse and clipboard: what a spreadsheet's hands expect.
(() => {
    "use strict";
    const store = window.ppGrid;
    const { words, view } = store;
    const { grid, body, columns } = view;
    const isEdited = (c) => words.mayEdit && view.EDITED.has(columns[c]);
    let editor = null;
    let dragging = false;

    // One cell, in place

    function open(text) {
        const row = store.shown[view.endRow];
        const name = columns[view.endColumn];
        if (!row) return;
        if (!isEdited(view.endColumn)) { if (words.mayEdit) store.tell(words.said.readOnly); return; }
        close();
        view.draw();
        const cell = document.getElementById(`pp-cell-${view.endRow}-${view.endColumn}`);
        if (!cell) return;
        const input = document.createElement("input");
        input.className = "pp-grid-editor";
        input.setAttribute("aria-label", words.columns[view.endColumn][1]);
        input.value = text ?? view.textOf(row, name);
        input.autocomplete = "off";
        input.style.transform = cell.parentElement.style.transform;
        input.style.left = `${cell.offsetLeft}px`;
        input.style.width = `${cell.offsetWidth}px`;
        body.append(input);
        editor = { input, row, name, old: view.textOf(row, name) };
        input.focus();
        if (text === undefined) input.select();
        input.addEventListener("blur", () => commit());
        input.addEventListener("keydown", keysInside);
    }

    function close() {
        const closing = editor;
        editor = null;
        closing?.input.remove();
        return closing;
    }

    function commit() {
        const closing = close();
        if (!closing || closing.input.value === closing.old) return;
        const text = closing.input.value.trim();
        if (closing.name === "discount") store.fill([closing.row], "discount", text);
        else store.edit([[closing.row, closing.name, text]]);
        if (closing.name === "limit") store.tell(store.said(words.said.limitForAll, text || "–"));
    }

    function keysInside(event) {
        if (event.isComposing) return;
        const steps = { Enter: [event.shiftKey ? -1 : 1, 0], Tab: [0, event.shiftKey ? -1 : 1] };
        if (event.key === "Escape") { close(); grid.focus({ preventScroll: true }); event.stopPropagation(); }
        if (!steps[event.key]) { event.stopPropagation(); return; }
        event.preventDefault();
        event.stopPropagation();
        commit();
        grid.focus({ preventScroll: true });
        view.go(view.endRow + steps[event.key][0], view.endColumn + steps[event.key][1]);
    }

    // Many cells

    function cellsChosen() {
        const { left, right } = view.span();
        const names = columns.slice(left, right + 1).filter((name) => words.mayEdit && ["sku", "price", "stock", "limit"].includes(name));
        return { rows: view.selected(), names };
    }

    function clear() {
        const { rows, names } = cellsChosen();
        store.edit(rows.flatMap((row) => names.map((name) => [row, name, ""])));
    }

    function copyDown() {
        const { rows, names } = cellsChosen();
        const usable = names.filter((name) => name !== "sku");
        if (rows.length < 2 || !usable.length) return;
        store.edit(rows.slice(1).flatMap((row) => usable.map((name) => [row, name, view.textOf(rows[0], name)])));
    }

    function copied() {
        const { left, right } = view.span();
        const names = columns.slice(left, right + 1);
        const text = (row, name) => {
            if (name === "problems") return store.problemsOf(row).map((one) => one[2]).join("；");
            return String(name === "state" ? words.states[row.state] || "" : view.textOf(row, name)).replaceAll(/[\t\n]/g, " ");
        };
        return view.selected().map((row) => names.map((name) => text(row, name)).join("\t")).join("\n");
    }

    const cellsOf = (text) => text.replace(/\r?\n$/, "").split(/\r?\n/).map((line) => line.split("\t").map((cell) => cell.trim()));

    function namesFor(width) {
        const name = columns[view.span().left];
        if (width === 1) return [name];
        if (width === 2 && name === "price" && columns.includes("stock")) return ["price", "stock"];
        return columns.slice(view.span().left, view.span().left + width);
    }

    // Into the rows from the selection on; a single value goes into every selected row.
    function pasteCells(cells) {
        const names = namesFor(cells[0].length);
        const { top, bottom } = view.span();
        const lines = cells.length === 1 ? Array(bottom - top + 1).fill(cells[0]) : cells;
        const edits = [];
        lines.forEach((line, i) => {
            const row = store.shown[top + i];
            if (!row) return;
            names.forEach((name, c) => {
                if (["price", "stock", "limit"].includes(name) && line[c] !== undefined) edits.push([row, name, line[c]]);
            });
        });
        if (edits.length) store.edit(edits);
    }

    function paste(text) {
        if (!text.trim()) return;
        const cells = cellsOf(text);
        const at = columns[view.span().left];
        const known = new Set(store.rows.map((row) => row.sku));
        const named = cells[0].some((cell) => /^sku/i.test(cell)) || (cells[0].length > 1 && cells.filter((line) => known.has(line[0])).length * 2 >= cells.length);
        if (store.shown.length && !named && ["price", "stock", "limit"].includes(at)) pasteCells(cells);
        else if (cells.length === 1 && cells[0].length === 1 && at === "sku" && store.shown.length) store.edit([[store.shown[view.endRow], "sku", cells[0][0]]]);
        else store.pasteTable(text);
    }

    // Events

    const MOVES = {
        ArrowUp: () => [view.endRow - 1, view.endColumn], ArrowDown: () => [view.endRow + 1, view.endColumn],
        ArrowLeft: () => [view.endRow, view.endColumn - 1], ArrowRight: () => [view.endRow, view.endColumn + 1],
        PageUp: () => [view.endRow - view.page(), view.endColumn], PageDown: () => [view.endRow + view.page(), view.endColumn],
        Home: (all) => [all ? 0 : view.endRow, 0], End: (all) => [all ? store.shown.length - 1 : view.endRow, columns.length - 1],
    };

    function shortcut(event) {
        const key = event.key.toLowerCase();
        if (key === "a") { view.row = 0; view.column = 0; view.endRow = store.shown.length - 1; view.endColumn = columns.length - 1; view.redraw(); view.onMove?.(); } else if (key === "z" && words.mayEdit) store.undo();
        else if (key === "d" && words.mayEdit) copyDown();
        else return false;
        return true;
    }

    grid.addEventListener("keydown", (event) => {
        if (editor || event.isComposing || event.target !== grid) return;
        const all = event.ctrlKey || event.metaKey;
        let done = true;
        if (MOVES[event.key]) view.go(...MOVES[event.key](all), event.shiftKey);
        else if (all) done = shortcut(event);
        else if (event.key === "Enter" || event.key === "F2") open();
        else if ((event.key === "Delete" || event.key === "Backspace") && words.mayEdit) clear();
        else if (event.key.length === 1 && !event.altKey) open(event.key);
        else done = false;
        if (done) event.preventDefault();
    });
    grid.addEventListener("mousedown", (event) => {
        const cell = event.target.closest(".pp-cell[data-row]");
        if (!cell || event.target.closest("button") || event.target === editor?.input) return;
        event.preventDefault();
        commit();
        grid.focus({ preventScroll: true });
        dragging = true;
        view.go(Number(cell.dataset.row), Number(cell.dataset.column), event.shiftKey);
        // Rows are drawn anew between two clicks, so no cell would hear a dblclick.
        if (event.detail === 2) { dragging = false; open(); }
    });
    grid.addEventListener("mouseover", (event) => {
        const cell = dragging && event.target.closest(".pp-cell[data-row]");
        if (cell) view.go(Number(cell.dataset.row), Number(cell.dataset.column), true);
    });
    window.addEventListener("mouseup", () => { dragging = false; });
    grid.addEventListener("copy", (event) => {
        if (editor) return;
        event.clipboardData.setData("text/plain", copied());
        event.preventDefault();
    });
    grid.addEventListener("paste", (event) => {
        if (editor || !words.mayEdit) return;
        event.preventDefault();
        paste(event.clipboardData.getData("text/plain"));
    });
    store.openEditor = open;
    store.commitEditor = commit;
})();
