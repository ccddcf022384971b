// The time machine: moving the slider writes the time into its field, letting go asks for the prices of then.
(() => {
    "use strict";
    const slider = document.getElementById("ps-slider");
    const form = document.getElementById("ps-form");
    if (!slider || !form) return;
    const text = document.getElementById("ps-slider-text");
    const field = form.querySelector("[name=as_of]");
    const zone = slider.dataset.zone;
    const write = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" });
    slider.addEventListener("input", () => {
        text.textContent = write.format(new Date(Number(slider.value) * 1000));
        field.value = text.textContent;
    });
    slider.addEventListener("change", () => form.requestSubmit());
})();
