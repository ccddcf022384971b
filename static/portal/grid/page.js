// The page around the rows: summary, filters, fills, paste and files, saving.
(() => {
    "use strict";
    const store = window.ppGrid;
    const { words, said, view, count } = store;
    const byId = (id) => document.getElementById(id);
    const state = byId("pp-state");
    let told = "";
    let saving = false;

    const show = (id, text) => { byId(id).textContent = text; byId(id).hidden = !text; };
    store.complain = (text) => show("pp-grid-error", text || "");
    store.tell = (text) => { told = text; sayState(); };

    // First in sight: how many, and what is wrong with how many; each number is a filter.

    function summary() {
        const rows = store.rows.filter((row) => !store.isBlank(row));
        const found = {};
        for (const row of rows) for (const code of new Set(store.problemsOf(row).map((one) => one[0]))) found[code] = (found[code] || 0) + 1;
        const total = document.createElement("strong");
        total.textContent = said(rows.length === 1 ? words.said.sku : words.said.skus, count(rows.length));
        const parts = Object.entries(words.counts).filter(([code]) => found[code]).map(([code, template]) => {
            const button = document.createElement("button");
            button.type = "button";
            button.dataset.only = code;
            button.className = `pp-grid-count${["fault", "unknown", "runs"].includes(code) ? " pp-is-fault" : ""}`;
            button.setAttribute("aria-pressed", store.only === code);
            button.textContent = said(template, count(found[code]));
            return button;
        });
        byId("pp-grid-summary").replaceChildren(total, ...parts.flatMap((one) => [" · ", one]));
    }

    function sayState() {
        if (!words.mayEdit) { state.textContent = told; return; }
        const { counts, any } = store.difference();
        const unsaved = any ? `${words.said.unsaved}${Object.values(counts).some(Boolean) ? `: ${store.countsText(counts)}` : ""}` : "";
        state.textContent = [told, unsaved].filter(Boolean).join(" · ");
        byId("pp-grid-save").disabled = !any || saving;
    }

    function tools() {
        if (!words.mayEdit) return;
        const several = view.span().bottom > view.span().top;
        const rows = several ? view.selected().length : store.shown.length;
        byId("pp-grid-fill-button").textContent = said(several ? words.said.fillSome : words.said.fillAll, count(rows));
        byId("pp-grid-remove").disabled = !store.shown.length;
    }

    store.onChange(() => { summary(); sayState(); tools(); });
    view.onMove = tools;

    function only(code) {
        store.only = store.only === code ? "" : code;
        byId("pp-grid-faulty").checked = store.only === "any";
        view.go(0, view.endColumn);
        view.grid.scrollTop = 0;
        store.refresh();
    }

    byId("pp-grid-summary").addEventListener("click", (event) => {
        const button = event.target.closest("[data-only]");
        if (button) only(button.dataset.only);
    });
    byId("pp-grid-faulty").addEventListener("change", (event) => { store.only = event.target.checked ? "" : "any"; only("any"); });
    byId("pp-grid-search").addEventListener("input", (event) => { store.search = event.target.value.trim(); store.refresh(); });

    // Prices by a rule

    store.fill = async (rows, rule, value) => {
        const asked = rows.filter((row) => !store.isBlank(row));
        const { ok, answer } = await store.ask("fill", { rule, value, rows: asked.map((row) => [row.sku, row.price, row.stock]) });
        show("pp-grid-ask", "");
        if (!ok) {
            show("pp-grid-ask", answer.error);
            if (answer.meant) {
                const yes = Object.assign(document.createElement("button"), { type: "button", className: "pp-button", id: "pp-grid-meant", textContent: said(words.said.meant, answer.meant) });
                yes.onclick = () => { byId("pp-grid-value").value = answer.meant; store.fill(rows, rule, answer.meant); };
                byId("pp-grid-ask").append(" ", yes);
            }
            return;
        }
        store.keep();
        answer.rows.forEach((one, i) => { asked[i].price = one.price; store.take(asked[i], one); });
        store.changed();
        store.tell(answer.left ? said(words.said.left, count(answer.left)) : "");
    };

    // A table from the clipboard or a file

    async function sheet(part, value) {
        const body = new FormData();
        body.append("rows", JSON.stringify(store.typed()));
        body.append(part, value);
        const { ok, answer } = await store.ask("sheet", body);
        store.complain(ok ? "" : answer.error);
        return ok ? answer : null;
    }

    function put(answer, mode) {
        if (mode === "replace") store.replace(answer.rows); else store.insert(answer.rows);
        if (answer.limit) { store.limit = answer.limit; store.changed(); }
    }

    store.pasteTable = async (text) => {
        const answer = await sheet("text", text);
        if (!answer) return;
        put(answer, "update");
        store.tell(said(words.said.pasted, store.countsText(answer.update.counts)));
    };

    async function importFile(file) {
        const answer = await sheet("file", file);
        if (answer) store.showImport(answer, (mode, saves) => { put(answer, mode); if (saves) save(); });
    }

    // Saving

    async function save() {
        store.commitEditor();
        saving = true;
        sayState();
        const { ok, answer } = await store.ask("save", { rows: store.typed(), limit: store.limit, version: store.version, revision: store.revision });
        saving = false;
        store.complain("");
        if (ok) { store.load(answer); store.tell(words.said.saved); return; }
        sayState();
        if (answer.refused === "conflict") {
            store.showConflict(
                answer,
                () => { store.version = answer.theirs.version; store.revision = answer.theirs.revision; save(); },
                () => store.load(answer.theirs),
            );
            return;
        }
        if (answer.rows) {
            const rows = store.rows.filter((row) => !store.isBlank(row));
            answer.rows.forEach((one, i) => store.take(rows[i], one));
            if (!store.only && rows.some((row) => store.problemsOf(row).some((one) => one[1] === "fault"))) only("any"); else store.refresh();
        }
        store.complain([answer.error, ...(answer.limit || [])].filter(Boolean).join(" "));
    }

    if (words.mayEdit) {
        const rule = byId("pp-grid-rule");
        rule.replaceChildren(...words.fills.map(([value, label]) => new Option(label, value)));
        const needs = () => words.fills.find(([value]) => value === rule.value)[2];
        rule.addEventListener("change", () => { byId("pp-grid-value").hidden = !needs(); byId("pp-grid-value").placeholder = rule.value === "minus" ? "10" : "8.5折"; });
        byId("pp-grid-fill").addEventListener("submit", (event) => {
            event.preventDefault();
            const several = view.span().bottom > view.span().top;
            store.fill(several ? view.selected() : store.shown, rule.value, byId("pp-grid-value").value);
        });
        byId("pp-grid-add").addEventListener("click", () => {
            byId("pp-grid-search").value = "";
            byId("pp-grid-faulty").checked = false;
            store.append();
            view.grid.focus();
            view.go(store.shown.length - 1, 0);
            store.openEditor("");
        });
        byId("pp-grid-remove").addEventListener("click", () => {
            const rows = view.selected();
            store.remove(rows);
            view.go(view.span().top, view.endColumn);
            store.tell(said(words.said.removedRows, count(rows.length)));
        });
        const file = byId("pp-grid-file");
        // Before the admin's own script hears of it: that one looks for a text field beside every file field.
        byId("pp-grid-import").addEventListener("change", (event) => {
            event.stopPropagation();
            if (file.files[0]) importFile(file.files[0]);
            file.value = "";
        }, true);
        byId("pp-grid-import").addEventListener("keydown", (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); file.click(); } });
        byId("pp-grid-save").addEventListener("click", save);
        window.addEventListener("keydown", (event) => {
            if (event.key === "s" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); if (!byId("pp-grid-save").disabled) save(); }
        });
        window.addEventListener("beforeunload", (event) => { if (store.difference().any) event.preventDefault(); });
    }

    store.ask("rows").then(({ ok, answer }) => {
        if (ok) store.load(answer); else store.complain(answer.error);
        if (ok) view.grid.dataset.ready = "1";
    });
})();
