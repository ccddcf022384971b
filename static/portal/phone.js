// The phone in its frame: three choices, one picture; the choices outlive a panel that is drawn anew.
(() => {
    "use strict";
    const chosen = { surface: "list", stage: "during", language: document.documentElement.lang.startsWith("zh") ? "zh-hans" : "en" };

    function draw(frame) {
        const picture = frame.querySelector(`template[data-phone="${chosen.surface} ${chosen.stage} ${chosen.language}"]`);
        if (picture) frame.querySelector(".pp-phone-glass").replaceChildren(picture.content.cloneNode(true));
        for (const button of frame.querySelectorAll("[data-phone-choose]")) {
            button.setAttribute("aria-pressed", chosen[button.dataset.phoneChoose] === button.value);
        }
    }

    window.ppPhones = () => document.querySelectorAll("[data-phone-frame]").forEach(draw);
    document.addEventListener("click", (event) => {
        const button = event.target.closest("[data-phone-choose]");
        if (!button) return;
        chosen[button.dataset.phoneChoose] = button.value;
        window.ppPhones();
    });
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", window.ppPhones);
    else window.ppPhones();
})();
