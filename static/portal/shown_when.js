// Fields with data-when="name=value" are shown while the choice of that name has that value.
(() => {
    "use strict";
    for (const form of document.querySelectorAll("form[data-shown-when]")) {
        const show = () => {
            const given = new FormData(form);
            for (const element of form.querySelectorAll("[data-when]")) {
                const [name, value] = element.dataset.when.split("=");
                element.hidden = given.get(name) !== value;
            }
        };
        form.addEventListener("change", show);
        show();
    }
})();
