// Turns a textarea of codes into chips with a search. The textarea stays what is posted, so pasting a column works too.
(() => {
    "use strict";
    const words = () => JSON.parse(document.getElementById("pp-words")?.textContent || "{}");
    const split = (text) => text.split(/[\s,，;；、]+/).filter(Boolean);
    const SHOWN = 60;

    function enhance(area) {
        if (area.dataset.enhanced) return;
        area.dataset.enhanced = "1";
        const form = area.closest("form");
        const source = area.dataset.picker;
        const single = "single" in area.dataset;
        const address = (form.dataset.pick || "").replace("SOURCE", source);
        const searches = source !== "words" && address;
        const names = new Map();
        const box = document.createElement("div");
        box.className = "pp-picker";
        const input = document.createElement("input");
        input.type = "text";
        input.className = "pp-picker-text";
        input.autocomplete = "off";
        input.placeholder = searches ? words().search || "" : words().type || "";
        input.setAttribute("aria-label", area.closest(".pp-field")?.querySelector(".pp-label")?.textContent || source);
        const list = document.createElement("div");
        list.className = "pp-picker-list";
        list.hidden = true;
        area.hidden = true;
        area.after(box);
        let codes = split(area.value);
        let timer = 0;
        let marked = -1;

        function write() {
            area.value = codes.join("\n");
            draw();
            area.dispatchEvent(new Event("input", { bubbles: true }));
        }
        function chip(code) {
            const element = document.createElement("span");
            element.className = "pp-chip";
            element.title = code;
            const text = document.createElement("span");
            text.textContent = names.get(code) ? `${names.get(code)} (${code})` : code;
            const remove = document.createElement("button");
            remove.type = "button";
            remove.textContent = "×";
            remove.setAttribute("aria-label", `${words().remove || ""} ${code}`);
            remove.onclick = () => { codes = codes.filter((one) => one !== code); write(); input.focus(); };
            element.append(text, remove);
            return element;
        }
        function draw() {
            box.replaceChildren(...codes.slice(0, SHOWN).map(chip));
            if (codes.length > SHOWN) {
                const more = document.createElement("span");
                more.className = "pp-chip-more";
                more.textContent = `… +${codes.length - SHOWN}`;
                box.append(more);
            }
            input.hidden = single && codes.length > 0;
            box.append(input, list);
        }
        function add(found) {
            codes = single ? found.slice(0, 1) : [...new Set([...codes, ...found])];
            input.value = "";
            list.hidden = true;
            write();
            if ("go" in area.dataset && codes.length) form.requestSubmit();
        }
        async function search() {
            const response = await fetch(`${address}?q=${encodeURIComponent(input.value.trim())}`);
            if (!response.ok) return;
            const found = (await response.json()).filter((one) => !codes.includes(one.code));
            marked = -1;
            list.replaceChildren(...found.map((one) => {
                names.set(one.code, one.name);
                const button = document.createElement("button");
                button.type = "button";
                button.dataset.code = one.code;
                button.textContent = one.name ? `${one.name} (${one.code})` : one.code;
                button.onmousedown = (event) => { event.preventDefault(); add([one.code]); };
                return button;
            }));
            if (!found.length) {
                const none = document.createElement("p");
                none.textContent = words().none || "–";
                list.append(none);
            }
            list.hidden = document.activeElement !== input;
        }
        async function nameThem() {
            if (!searches || !codes.length) return;
            const asked = codes.slice(0, SHOWN);
            const response = await fetch(`${address}?codes=${encodeURIComponent(asked.join(","))}`);
            if (!response.ok) return;
            for (const one of await response.json()) names.set(one.code, one.name);
            draw();
        }
        input.addEventListener("input", (event) => {
            event.stopPropagation();
            if (/[\s,，;；、]/.test(input.value) && (!searches || split(input.value).length > 1)) { add(split(input.value)); return; }
            clearTimeout(timer);
            if (searches) timer = setTimeout(search, 200);
        });
        input.addEventListener("change", (event) => event.stopPropagation());
        input.addEventListener("focus", () => { if (searches) search(); });
        input.addEventListener("blur", () => { list.hidden = true; if (!searches && input.value.trim()) add(split(input.value)); });
        input.addEventListener("paste", (event) => {
            const text = event.clipboardData.getData("text");
            if (split(text).length < 2) return;
            event.preventDefault();
            add(split(text));
            nameThem();
        });
        input.addEventListener("keydown", (event) => {
            const buttons = [...list.querySelectorAll("button")];
            if (event.key === "Enter") {
                event.preventDefault();
                if (buttons[marked]) add([buttons[marked].dataset.code]);
                else if (input.value.trim()) add(split(input.value));
            } else if (event.key === "Backspace" && !input.value && codes.length) {
                codes.pop();
                write();
                input.focus();
            } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
                event.preventDefault();
                marked = Math.max(0, Math.min(buttons.length - 1, marked + (event.key === "ArrowDown" ? 1 : -1)));
                buttons.forEach((button, i) => button.classList.toggle("pp-on", i === marked));
                buttons[marked]?.scrollIntoView({ block: "nearest" });
            } else if (event.key === "Escape") {
                list.hidden = true;
            }
        });
        box.addEventListener("mousedown", (event) => { if (event.target === box) { event.preventDefault(); input.focus(); } });
        if (single) form.addEventListener("submit", () => { if (!codes.length && input.value.trim()) { codes = split(input.value).slice(0, 1); write(); } });
        draw();
        nameThem();
        if (area.autofocus) input.focus();
    }

    window.ppPickers = (root) => root.querySelectorAll("textarea[data-picker]").forEach((area) => {
        if (!area.closest("template")) enhance(area);
    });
    const start = () => window.ppPickers(document);
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
    else start();
})();
