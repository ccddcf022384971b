// A rule as nested rows instead of JSON: groups of conditions, and the sentence that the server makes of them as one types.
(() => {
    "use strict";
    const PAUSE = 300;
    const GROUPS = ["all", "any", "none"];
    const HISTORY = "days_since_order";

    const make = (tag, options = {}, ...children) => {
        const { dataset, ...rest } = options;
        const node = Object.assign(document.createElement(tag), rest);
        Object.assign(node.dataset, dataset || {});
        node.append(...children);
        return node;
    };

    // The stored form and the form people see: "not" is "none of", and no order in N days is a condition of its own.
    const isRecent = (rule) => rule?.field === HISTORY && rule.op === "lt";
    const seen = (rule) => {
        if (!rule || typeof rule !== "object") return { mode: "all", parts: [] };
        if (rule.all) return { mode: "all", parts: rule.all.map(seen) };
        if (rule.any) return { mode: "any", parts: rule.any.map(seen) };
        if (rule.not) {
            if (isRecent(rule.not)) return { field: HISTORY, op: "no_order", value: rule.not.value };
            return { mode: "none", parts: rule.not.any ? rule.not.any.map(seen) : [seen(rule.not)] };
        }
        return { field: rule.field, op: rule.op, value: rule.value };
    };
    const stored = (part) => {
        if (part.mode === "none") {
            const parts = part.parts.map(stored);
            return { not: parts.length === 1 ? parts[0] : { any: parts } };
        }
        if (part.mode) return { [part.mode]: part.parts.map(stored) };
        if (part.op === "no_order") return { not: { field: HISTORY, op: "lt", value: part.value } };
        return { field: part.field, op: part.op, value: part.value };
    };

    class Editor {
        constructor(place) {
            this.place = place;
            this.text = place.querySelector("textarea");
            this.words = JSON.parse(place.querySelector("script[type='application/json']").textContent);
            this.sentence = place.querySelector("[data-sentence]");
            this.faults = place.querySelector("[data-faults]");
            this.size = place.querySelector("[data-size]");
            this.tree = place.querySelector("[data-tree]");
            let rule = null;
            try {
                rule = this.text.value.trim() ? JSON.parse(this.text.value) : null;
            } catch {
                return; // what cannot be read stays text
            }
            const root = seen(rule);
            this.root = root.mode ? root : { mode: "all", parts: [root] };
            this.empty = rule === null;
            this.text.hidden = true;
            place.querySelector("[data-built]").hidden = false;
            place.querySelector("[data-estimate]").addEventListener("click", () => this.ask(true));
            this.draw();
            this.ask(false);
        }

        draw(focus) {
            this.tree.replaceChildren(this.group(this.root, null));
            if (focus) this.tree.querySelector(`[data-key="${focus}"]`)?.focus();
        }

        changed(drawn, focus) {
            this.empty = !this.root.parts.length;
            const rule = stored(this.root);
            const single = this.root.mode !== "none" && this.root.parts.length === 1 ? stored(this.root.parts[0]) : rule;
            this.text.value = this.empty ? "" : JSON.stringify(single);
            this.text.dispatchEvent(new Event("change", { bubbles: true }));
            if (drawn) this.draw(focus);
            clearTimeout(this.timer);
            this.timer = setTimeout(() => this.ask(false), PAUSE);
        }

        group(group, above, at) {
            const path = above === null ? "0" : `${above}-${at.index}`;
            const mode = this.select(GROUPS.map((name) => [name, this.words.groups[name]]), group.mode, this.words.group);
            mode.dataset.key = `${path}-mode`;
            mode.addEventListener("change", () => { group.mode = mode.value; this.changed(false); });
            const head = make("div", { className: "pp-rule-head" }, mode);
            if (at) head.append(this.remove(at));
            const list = make("ul", { className: "pp-rule-parts" });
            group.parts.forEach((part, index) => {
                const place = { parts: group.parts, index };
                const child = part.mode ? this.group(part, path, place) : this.row(part, place, `${path}-${index}`);
                list.append(make("li", {}, child));
            });
            const add = (label, part, suffix) => {
                const button = make("button", { type: "button", className: "pp-button", textContent: label, dataset: { add: suffix } });
                button.addEventListener("click", () => {
                    group.parts.push(part());
                    this.changed(true, `${path}-${group.parts.length - 1}-${suffix}`);
                });
                return button;
            };
            const first = this.words.fields[0];
            const foot = make("div", { className: "pp-rule-foot" },
                add(this.words.add, () => ({ field: first.name, op: first.ops[0][0], value: "" }), "field"),
                add(this.words.add_group, () => ({ mode: "any", parts: [] }), "mode"));
            return make("div", { className: "pp-rule-group" }, head, list, foot);
        }

        row(part, at, path) {
            const known = this.words.fields.find((field) => field.name === part.field);
            const kind = known || this.words.other;
            const fields = [...this.words.fields.map((field) => [field.name, field.label]), ["", this.words.other.label]];
            const field = this.select(fields, known ? part.field : "", this.words.field);
            field.dataset.key = `${path}-field`;
            field.addEventListener("change", () => {
                const chosen = this.words.fields.find((one) => one.name === field.value) || this.words.other;
                Object.assign(part, { field: field.value, op: chosen.ops[0][0], value: "" });
                this.changed(true, `${path}-field`);
            });
            const line = make("div", { className: "pp-rule-row" }, field);
            if (!known) {
                const name = make("input", { type: "text", value: part.field || "", placeholder: this.words.attribute, dataset: { key: `${path}-name` } });
                name.setAttribute("aria-label", this.words.attribute);
                name.addEventListener("input", () => { part.field = name.value.trim(); this.changed(false); });
                line.append(name);
            }
            const op = this.select(kind.ops, part.op, this.words.op);
            op.dataset.key = `${path}-op`;
            op.addEventListener("change", () => { part.op = op.value; part.value = this.read(kind, part.op, value.value); this.changed(false); });
            const value = make("input", { type: "text", value: this.shown(kind, part.value), dataset: { key: `${path}-value` } });
            value.setAttribute("aria-label", this.words.value);
            if (kind.hint) value.placeholder = kind.hint;
            if (kind.type === "number") value.inputMode = "decimal";
            if (kind.options) {
                const list = `rule-options-${path}`;
                value.setAttribute("list", list);
                line.append(make("datalist", { id: list }, ...kind.options.map(([text, label]) => make("option", { value: text, label }))));
            }
            value.addEventListener("input", () => { part.value = this.read(kind, part.op, value.value); this.changed(false); });
            line.append(op, value);
            if (kind.unit) line.append(make("span", { className: "pp-hint", textContent: kind.unit }));
            line.append(this.remove(at));
            return line;
        }

        // What was typed, as the rule stores it: numbers as numbers, local times with the portal's offset, lists by commas.
        read(kind, op, typed) {
            if (op === "in") return typed.split(/[,，、]/).map((one) => one.trim()).filter(Boolean).map((one) => this.one(kind, one));
            return this.one(kind, typed.trim());
        }

        one(kind, typed) {
            if (kind.type === "time") return this.words.local[typed] || (/^\d{4}-\d\d-\d\d$/.test(typed) ? `${typed}T00:00:00${this.words.offset}` : `${typed.replace(" ", "T")}${/^\S+ \d\d:\d\d$/.test(typed) ? `:00${this.words.offset}` : ""}`);
            if (kind.type === "number" || (kind.type === "any" && /^-?\d+(\.\d+)?$/.test(typed))) return typed !== "" && !Number.isNaN(Number(typed)) ? Number(typed) : typed;
            if (kind.type === "any" && this.words.flags[typed] !== undefined) return this.words.flags[typed];
            return typed;
        }

        shown(kind, value) {
            if (Array.isArray(value)) return value.map((one) => this.shown(kind, one)).join(", ");
            if (kind.type === "time" && value) return this.words.local[value] || this.asLocal(String(value));
            if (typeof value === "boolean") return Object.keys(this.words.flags).find((name) => this.words.flags[name] === value);
            return value === null || value === undefined ? "" : String(value);
        }

        asLocal(text) {
            const moment = new Date(text);
            if (Number.isNaN(moment.getTime())) return text;
            const parts = new Intl.DateTimeFormat("sv-SE", { timeZone: this.words.zone, dateStyle: "short", timeStyle: "short" });
            return parts.format(moment);
        }

        remove({ parts, index }) {
            const button = make("button", { type: "button", className: "pp-rule-remove" }, make("span", { className: "material-symbols-outlined", textContent: "close" }));
            button.title = this.words.remove;
            button.setAttribute("aria-label", this.words.remove);
            button.addEventListener("click", () => { parts.splice(index, 1); this.changed(true); });
            return button;
        }

        select(options, chosen, label) {
            const node = make("select", {}, ...options.map(([value, text]) => make("option", { value, textContent: text, selected: value === chosen })));
            node.setAttribute("aria-label", label);
            return node;
        }

        async ask(count) {
            const body = new FormData();
            body.append("rule", this.text.value);
            if (count) body.append("count", "1");
            const number = (this.number = (this.number || 0) + 1);
            try {
                const answer = await fetch(this.place.dataset.url, {
                    method: "POST", body,
                    headers: { "X-CSRFToken": this.place.closest("form").querySelector("[name=csrfmiddlewaretoken]").value },
                });
                if (!answer.ok || number !== this.number) return;
                const told = await answer.json();
                this.sentence.textContent = told.sentence;
                this.faults.replaceChildren(...told.faults.map((fault) => make("li", { textContent: fault })));
                this.size.textContent = told.size || "";
            } catch {
                // The next key asks again.
            }
        }
    }

    const begin = () => {
        for (const place of document.querySelectorAll("[data-rule]")) new Editor(place);
    };
    // The form brings this script in the head of the page.
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
    else begin();
})();
