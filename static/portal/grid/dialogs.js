// What a file or another person changes, shown before it counts; and the stop of one SKU.
(() => {
    "use strict";
    const store = window.ppGrid;
    const { words, said } = store;
    const byId = (id) => document.getElementById(id);
    const diff = byId("pp-grid-diff");
    const stop = byId("pp-grid-stop");
    const element = (tag, text, className) => Object.assign(document.createElement(tag), { textContent: text, className: className || "" });
    const count = (number) => number.toLocaleString("en-US");

    function countsText(counts) {
        return Object.entries(counts).filter(([, number]) => number).map(([group, number]) => `${words.groups[group]} ${count(number)}`).join(" · ") || words.said.nothingChanges;
    }

    function showLines(found) {
        byId("pp-grid-diff-counts").textContent = countsText(found.counts);
        const table = byId("pp-grid-diff-lines");
        const header = element("tr", "");
        header.append(element("th", "SKU"), element("th", ""), element("th", words.said.before), element("th", words.said.now));
        const rows = found.lines.map((line) => {
            const row = element("tr", "");
            const code = element("td", "");
            code.append(element("span", line.sku, "pp-code"), ` ${line.name}`);
            const [old, now] = [element("td", ""), element("td", "")];
            old.append(line.old ? element("del", line.old) : "–");
            now.append(line.new ? element("ins", line.new) : "–");
            row.append(code, element("td", words.groups[line.group]), old, now);
            return row;
        });
        const all = Object.entries(found.counts).reduce((sum, [group, number]) => sum + (group === "same" ? 0 : number), 0);
        if (all > found.lines.length) {
            const row = element("tr", "");
            const cell = element("td", said(words.said.more, count(all - found.lines.length)), "pp-muted");
            cell.colSpan = 4;
            row.append(cell);
            rows.push(row);
        }
        table.hidden = !rows.length;
        table.replaceChildren(header, ...rows);
    }

    function show(title, note, parts) {
        byId("pp-grid-diff-title").textContent = title;
        byId("pp-grid-diff-note").textContent = note;
        for (const id of ["pp-grid-diff-modes", "pp-grid-apply", "pp-grid-put", "pp-grid-mine", "pp-grid-theirs"]) byId(id).hidden = !parts.includes(id);
        diff.showModal();
    }

    // A file: `apply(mode, save)` puts it into the table.
    store.showImport = (answer, apply) => {
        const mode = () => diff.querySelector("[name=mode]:checked").value;
        diff.querySelector("[value=replace]").checked = true;
        diff.onchange = () => showLines(answer[mode()]);
        showLines(answer.replace);
        const note = answer.faulty ? said(words.said.faultyRows, count(answer.faulty)) : "";
        show(words.said.importTitle, note, ["pp-grid-diff-modes", "pp-grid-put", ...(answer.faulty ? [] : ["pp-grid-apply"])]);
        byId("pp-grid-apply").onclick = () => { diff.close(); apply(mode(), true); };
        byId("pp-grid-put").onclick = () => { diff.close(); apply(mode(), false); };
    };

    // Somebody saved meanwhile: mine over it, or theirs.
    store.showConflict = (answer, mine, theirs) => {
        diff.onchange = null;
        showLines(answer.difference);
        show(answer.error, "", ["pp-grid-mine", "pp-grid-theirs"]);
        byId("pp-grid-mine").onclick = () => { diff.close(); mine(); };
        byId("pp-grid-theirs").onclick = () => { diff.close(); theirs(); };
    };

    function askStop(sku) {
        byId("pp-grid-stop-title").textContent = said(words.said.stopTitle, sku);
        byId("pp-grid-stop-error").textContent = "";
        byId("pp-grid-reason").value = "";
        byId("pp-grid-stop-form").onsubmit = async (event) => {
            event.preventDefault();
            const { ok, answer } = await store.ask("stop", { sku, reason: byId("pp-grid-reason").value });
            if (!ok) { byId("pp-grid-stop-error").textContent = answer.error; return; }
            stop.close();
            for (const row of store.rows) if (row.sku === sku) { row.state = "stopped"; row.was = ""; }
            store.changed();
            store.tell(words.said.stopped);
        };
        stop.showModal();
        byId("pp-grid-reason").focus();
    }

    byId("pp-grid").addEventListener("click", (event) => {
        const button = event.target.closest("[data-stop]");
        if (button) askStop(button.dataset.stop);
    });
    for (const dialog of [diff, stop]) dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
    store.countsText = countsText;
    store.count = count;
})();
