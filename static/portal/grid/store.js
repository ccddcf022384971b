// The rows of the SKU table as they stand on the page: what was typed, what the portal says of it, what can be taken back.
(() => {
    "use strict";
    const words = JSON.parse(document.getElementById("pp-grid-words").textContent);
    const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
    const UNDONE = 60;
    const listeners = [];
    const store = { words, rows: [], shown: [], limit: "", version: 0, revision: 0, search: "", only: "", dirty: false };
    let saved = new Map();
    let savedLimit = "";
    let before = [];
    let twice = new Map();
    let nextId = 1;

    const said = (template, value) => template.replace("%s", value);
    const typedOf = (row) => [row.sku, row.price, row.stock];
    const isBlank = (row) => !row.sku && !row.price && !row.stock;
    const changed = () => listeners.forEach((one) => one());

    async function ask(verb, body) {
        const options = { headers: { "X-CSRFToken": token, Accept: "application/json" } };
        if (body !== undefined) {
            options.method = "POST";
            options.body = body instanceof FormData ? body : JSON.stringify(body);
        }
        try {
            const response = await fetch(`${words.address}${verb}/`, options);
            const answer = await response.json();
            return { ok: response.ok && !answer.refused, answer };
        } catch {
            return { ok: false, answer: { error: words.said.failed } };
        }
    }

    function problemsOf(row) {
        const first = twice.get(row.sku);
        const doubled = row.sku && first && first !== row.id;
        const found = row.problems.filter((one) => !doubled || one[0] !== "fault" || one[2] !== said(words.said.twice, row.sku));
        return doubled ? [["fault", "fault", said(words.said.twice, row.sku)], ...found] : found;
    }

    function countTwice() {
        twice = new Map();
        for (const row of store.rows) if (row.sku && !twice.has(row.sku)) twice.set(row.sku, row.id);
    }

    function wanted(row) {
        if (store.search) {
            const text = `${row.sku} ${row.name}`.toLowerCase();
            if (!text.includes(store.search.toLowerCase())) return false;
        }
        if (!store.only) return true;
        const problems = problemsOf(row);
        return store.only === "any" ? problems.length > 0 : problems.some((one) => one[0] === store.only);
    }

    function refresh() {
        countTwice();
        store.shown = store.rows.filter(wanted);
        changed();
    }

    function fresh(answer) { return { id: nextId++, problems: [], name: "", ...answer }; }

    function load(answer) {
        store.rows = answer.rows.map(fresh);
        store.limit = savedLimit = answer.limit;
        store.version = answer.version;
        store.revision = answer.revision;
        saved = new Map(store.rows.map((row) => [row.sku, row]).map(([sku, row]) => [sku, { ...row }]));
        before = [];
        store.dirty = false;
        refresh();
    }

    function keep() {
        before.push({ limit: store.limit, rows: store.rows.map((row) => ({ ...row })) });
        if (before.length > UNDONE) before.shift();
    }

    function undo() {
        const last = before.pop();
        if (!last) return;
        store.rows = last.rows;
        store.limit = last.limit;
        store.dirty = true;
        refresh();
    }

    // Rows without waiting for an answer, and what the portal says of them once it comes.
    async function judge(rows) {
        countTwice();
        store.dirty = true;
        changed();
        const asked = rows.filter((row) => !isBlank(row));
        for (const row of rows) if (isBlank(row)) take(row, { problems: [], name: "" });
        if (!asked.length) { changed(); return true; }
        const sent = asked.map(typedOf);
        const { ok, answer } = await ask("check", { rows: sent, limit: store.limit });
        if (!ok) { store.complain(answer.error); return false; }
        answer.rows.forEach((one, i) => {
            if (String(typedOf(asked[i])) === String(sent[i])) take(asked[i], one);
        });
        store.complain(answer.limit.join(" "));
        countTwice();
        changed();
        return true;
    }

    const TOLD = ["name", "list", "cost", "floor", "discount", "margin", "amount", "problems", "state", "was"];
    function take(row, answer) {
        for (const name of TOLD) row[name] = answer[name];
        row.name = row.name || "";
    }

    // [[row, column, text], ...]
    function edit(cells) {
        keep();
        const rows = new Set();
        for (const [row, column, text] of cells) {
            if (column === "limit") { store.limit = text; continue; }
            row[column] = text;
            rows.add(row);
        }
        return judge([...rows]);
    }

    function insert(answers) {
        keep();
        const known = new Map(store.rows.map((row) => [row.sku, row]));
        for (const one of answers) {
            const row = known.get(one.sku);
            if (row) { row.price = one.price; row.stock = one.stock; take(row, one); } else store.rows.push(fresh(one));
        }
        store.dirty = true;
        refresh();
    }

    function replace(answers) {
        keep();
        store.rows = answers.map(fresh);
        store.dirty = true;
        refresh();
    }

    function append() {
        keep();
        const row = fresh({ sku: "", price: "", stock: "" });
        store.rows.push(row);
        store.search = store.only = "";
        refresh();
        return row;
    }

    function remove(rows) {
        keep();
        const gone = new Set(rows);
        store.rows = store.rows.filter((row) => !gone.has(row));
        store.dirty = true;
        refresh();
    }

    const typed = () => store.rows.filter((row) => !isBlank(row)).map(typedOf);

    // What differs from the draft as it is saved.
    function difference() {
        const counts = { added: 0, repriced: 0, restocked: 0, removed: 0 };
        const here = new Set();
        for (const row of store.rows) {
            if (isBlank(row)) continue;
            here.add(row.sku);
            const old = saved.get(row.sku);
            if (!old) counts.added += 1;
            else if ((row.amount ?? row.price) !== (old.amount ?? old.price)) counts.repriced += 1;
            else if (row.stock !== old.stock) counts.restocked += 1;
        }
        for (const sku of saved.keys()) if (!here.has(sku)) counts.removed += 1;
        return { counts, limit: store.limit !== savedLimit, any: store.limit !== savedLimit || Object.values(counts).some(Boolean) };
    }

    Object.assign(store, {
        ask, said, problemsOf, refresh, load, undo, edit, insert, replace, append, remove, typed, difference, isBlank, take, keep,
        changed, complain: () => {}, onChange: (one) => listeners.push(one),
        isSaved: (row) => saved.has(row.sku),
    });
    window.ppGrid = store;
})();
