// Stars on the rows of a list: one request each, the page stays where it is.
"use strict";

(() => {
    const views = document.querySelector(".pp-views");
    if (!views) return;
    const cookie = document.cookie.split("; ").find((one) => one.startsWith("csrftoken="));
    const token = document.querySelector("input[name=csrfmiddlewaretoken]")?.value ?? cookie?.split("=")[1] ?? "";

    function show(button, starred) {
        button.setAttribute("aria-pressed", String(starred));
        button.title = starred ? views.dataset.on : views.dataset.off;
        button.setAttribute("aria-label", button.title);
    }

    document.addEventListener("click", async (event) => {
        const button = event.target.closest("button[data-key].pp-star");
        if (!button) return;
        event.preventDefault();
        const body = new URLSearchParams({ list: views.dataset.list, key: button.dataset.key });
        const answer = await fetch(views.dataset.star, { method: "POST", body, headers: { "X-CSRFToken": token } });
        if (answer.ok) show(button, (await answer.json()).starred);
    });
    for (const button of document.querySelectorAll("button.pp-star")) {
        show(button, button.getAttribute("aria-pressed") === "true");
    }
})();
