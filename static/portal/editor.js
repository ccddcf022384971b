// The editor: asks the server for the sentence, the faults and the goods as one types; swaps blocks when a choice changes
// what is asked; adds and removes rows; shows fields only while they matter. Saving works without it.
(() => {
    "use strict";
    const form = document.getElementById("pp-form");
    if (!form) return;
    const words = JSON.parse(document.getElementById("pp-words").textContent);
    const blocks = document.getElementById("pp-blocks");
    const state = document.getElementById("pp-state");
    const touched = new Set();
    let asking = null;
    let timer = 0;
    let dirty = false;
    let sending = false;
    let faults = 1;
    let conflict = false;
    let saving = 0;
    let foreseeing = null;
    let foreseen = 0;
    const QUIET_MS = 10000;
    const mine = form.elements.revision.value !== "0";
    // A draft that was just made has an address of its own: reloading must not post it once more.
    const here = form.getAttribute("action");
    if (here && new URL(here, window.location.href).pathname !== window.location.pathname) window.history.replaceState(null, "", here);

    const fields = () => [...form.querySelectorAll("[data-field]")].filter((one) => !one.closest("template"));
    const valueOf = (name) => {
        const all = [...form.elements].filter((one) => one.name === name);
        const ticked = all.find((one) => (one.type !== "radio" && one.type !== "checkbox") || one.checked);
        return ticked ? ticked.value : "";
    };

    function showWhatMatters() {
        for (const element of form.querySelectorAll("[data-when]")) {
            const [name, values] = element.dataset.when.split("=");
            element.hidden = !values.split(",").includes(valueOf(name));
        }
    }

    function place(name) {
        return fields().find((one) => one.dataset.field === name) || fields().find((one) => name.startsWith(one.dataset.field));
    }

    // 去修改: the field in sight and under the hands, whatever it is folded into.
    function jump(name) {
        const element = place(name);
        if (!element) return;
        for (let around = element.closest("details"); around; around = around.parentElement.closest("details")) around.open = true;
        element.scrollIntoView({ block: "center" });
        const input = [...element.querySelectorAll("input, select, textarea, button")].find((one) => !one.hidden && one.offsetParent);
        input?.focus({ preventScroll: true });
    }

    function showMistakes(found) {
        const box = document.getElementById("pp-mistakes");
        box.replaceChildren(...found.map(([name, label, text]) => {
            const line = document.createElement("li");
            if (label) line.append(Object.assign(document.createElement("strong"), { textContent: label }), " ");
            line.append(text, " ");
            if (name) {
                const button = Object.assign(document.createElement("button"), { type: "button", className: "pp-link", textContent: words.right });
                button.dataset.jump = name;
                line.append(button);
            }
            return line;
        }));
        if (!found.length) box.hidden = true;
    }

    function renumber(html, number) { return html.replaceAll("__i__", String(number)); }

    function addRow(rows, preset) {
        const body = rows.querySelector(".pp-rows-body");
        const path = rows.dataset.rows;
        const numbers = [...body.querySelectorAll("[data-field]")]
            .map((one) => Number(one.dataset.field.slice(path.length + 1).split("]")[0]));
        const holder = document.createElement("div");
        holder.innerHTML = renumber(rows.querySelector("template").innerHTML, Math.max(-1, ...numbers) + 1);
        const row = holder.firstElementChild;
        body.append(row);
        window.ppPickers(row);
        if (preset) {
            const choice = row.querySelector("select");
            choice.value = preset;
            choice.dispatchEvent(new Event("change", { bubbles: true }));
            return;
        }
        row.querySelector("input, select, textarea")?.focus();
    }

    function showFaults(found, mistakes) {
        for (const element of fields()) {
            const name = element.dataset.field;
            const list = element.querySelector(":scope > .pp-faults");
            if (!list) continue;
            const texts = touched.has(name) ? found[name] || [] : [];
            list.replaceChildren(...texts.map((text) => Object.assign(document.createElement("li"), { textContent: text })));
            element.classList.toggle("pp-wrong", texts.length > 0);
        }
        showMistakes(mistakes);
        faults = mistakes.length;
        state.textContent = faults ? `${faults} ${words.faults}` : dirty ? words.unsaved : "";
    }

    // A draft that is on record already saves itself once one has stopped typing; a first save is one's own decision.
    async function saveQuietly() {
        if (!mine || !dirty || faults || conflict || sending) return;
        const typed = new FormData(form);
        typed.append("_auto", "1");
        dirty = false;
        const response = await fetch(here || window.location.href, { method: "POST", body: typed });
        const answer = response.ok ? await response.json() : {};
        if (answer.revision) {
            form.elements.revision.value = answer.revision;
            state.textContent = words.saved;
        } else {
            dirty = true;
        }
        if (answer.conflict) {
            conflict = true;
            showFaults({}, [["", "", answer.conflict]]);
            document.getElementById("pp-mistakes").hidden = false;
        }
    }

    function saveSoon() {
        clearTimeout(saving);
        saving = setTimeout(saveQuietly, QUIET_MS);
    }

    // All that is wrong, beside its fields and as a list; the first one under the hands.
    function showAll() {
        const box = document.getElementById("pp-mistakes");
        box.hidden = !box.hidden;
        if (box.hidden) return;
        for (const element of fields()) touched.add(element.dataset.field);
        // Whoever went on meanwhile keeps the place where one is.
        const before = document.activeElement;
        preview().then(() => {
            if (document.activeElement === before || document.activeElement === document.body) {
                box.querySelector("[data-jump]")?.focus({ preventScroll: true });
            }
        });
    }

    // The worst price beside each way to stack; a search of the whole market, so it waits until one has stopped typing.
    function showWorst(answer) {
        const field = form.querySelector("[data-field=stacking]");
        field?.querySelector("[data-worst-hint]")?.remove();
        if (field && answer.sample) {
            const hint = Object.assign(document.createElement("p"), { className: "pp-hint", textContent: answer.sample });
            hint.dataset.worstHint = "1";
            field.append(hint);
        }
        for (const radio of form.querySelectorAll("[name=stacking]")) {
            const label = radio.closest("label") || form.querySelector(`label[for="${radio.id}"]`);
            label?.querySelector(".pp-worst")?.remove();
            const said = (answer.ways || {})[radio.value];
            if (!said || !label) continue;
            const tag = Object.assign(document.createElement("span"), { className: `pp-worst${said.low ? " pp-worst-low" : ""}` });
            tag.textContent = said.low ? `${said.price} ${said.low}` : said.price;
            tag.title = [answer.sample, said.stack].filter(Boolean).join("\n");
            label.append(tag);
        }
    }

    async function worst() {
        if (!form.querySelector("[name=stacking]")) return;
        foreseeing?.abort();
        foreseeing = new AbortController();
        try {
            const response = await fetch(form.dataset.worstUrl, { method: "POST", body: new FormData(form), signal: foreseeing.signal });
            if (response.ok) showWorst(await response.json());
        } catch (error) {
            if (error.name !== "AbortError") throw error;
        }
    }

    function worstSoon() {
        clearTimeout(foreseen);
        foreseen = setTimeout(worst, 900);
    }

    async function preview() {
        asking?.abort();
        asking = new AbortController();
        try {
            const response = await fetch(form.dataset.preview, { method: "POST", body: new FormData(form), signal: asking.signal });
            if (!response.ok) return;
            const answer = await response.json();
            document.getElementById("pp-sentence").textContent = answer.sentence;
            document.getElementById("pp-preview").innerHTML = answer.panel;
            window.ppPhones();
            showFaults(answer.faults, answer.mistakes);
            worstSoon();
        } catch (error) {
            if (error.name !== "AbortError") throw error;
        }
    }

    function previewSoon() {
        clearTimeout(timer);
        timer = setTimeout(preview, 250);
    }

    async function swap(cause) {
        const open = [...blocks.querySelectorAll("details[open]")].map((one) => one.dataset.keepOpen);
        const focus = document.activeElement?.id;
        const typed = new FormData(form);
        // What a kind proposed and nobody touched makes room for what the next kind proposes.
        if (cause === "kind" && !mine && !touched.has("stacking")) typed.delete("stacking");
        const response = await fetch(form.dataset.swapUrl, { method: "POST", body: typed });
        if (!response.ok) return;
        blocks.innerHTML = await response.text();
        for (const details of blocks.querySelectorAll("details")) {
            if (open.includes(details.dataset.keepOpen)) details.open = true;
        }
        window.ppPickers(blocks);
        showWhatMatters();
        if (focus) document.getElementById(focus)?.focus();
        preview();
    }

    function note(event) {
        const element = event.target.closest("[data-field]");
        if (element) touched.add(element.dataset.field);
        dirty = true;
        saveSoon();
    }

    state.addEventListener("click", () => { if (faults) showAll(); });
    form.addEventListener("input", (event) => { note(event); showWhatMatters(); previewSoon(); });
    form.addEventListener("change", (event) => {
        note(event);
        if (event.target.dataset.swap) swap(event.target.name);
        else { showWhatMatters(); previewSoon(); }
    });
    form.addEventListener("click", (event) => {
        const add = event.target.closest("[data-add-row]");
        const remove = event.target.closest("[data-remove-row]");
        const wrong = event.target.closest("[data-jump]");
        if (wrong) jump(wrong.dataset.jump);
        if (add) addRow(add.closest("[data-rows]"), add.dataset.addRow);
        if (remove) { remove.closest(".pp-row").remove(); dirty = true; previewSoon(); saveSoon(); }
    });
    form.addEventListener("submit", () => { sending = true; });
    // Back from where a button led: what was saved meanwhile counts, not what the browser kept.
    window.addEventListener("pageshow", (event) => { if (event.persisted) window.location.reload(); });
    window.addEventListener("beforeunload", (event) => { if (dirty && !sending) event.preventDefault(); });
    form.addEventListener("keydown", (event) => {
        if (event.key === "Enter" && event.target.tagName === "INPUT") event.preventDefault();
        if (event.key === "s" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); form.querySelector("[name=_save]").click(); }
    });

    for (const element of fields()) {
        if (element.querySelector(":scope > .pp-faults > li")) {
            element.classList.add("pp-wrong");
            touched.add(element.dataset.field);
            for (let around = element.closest("details"); around; around = around.parentElement.closest("details")) around.open = true;
        }
    }
    showWhatMatters();
    const asked = new URLSearchParams(window.location.hash.slice(1)).get("field");
    if (asked) jump(asked);
    else document.querySelector(".pp-wrong")?.scrollIntoView({ block: "center" });
    worst();
})();
