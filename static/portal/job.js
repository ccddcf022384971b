// How far a long work is, asked every two seconds while it is open; the page is loaded again when it has ended.
(() => {
    "use strict";
    const PAUSE = 2000;
    const OPEN = ["waiting", "running"];
    for (const place of document.querySelectorAll("[data-job]")) {
        // Two blocks on a page bring this script twice.
        if (place.dataset.asked || !OPEN.includes(place.dataset.state)) continue;
        place.dataset.asked = "1";
        const ask = async () => {
            try {
                const answer = await fetch(place.dataset.job, { headers: { Accept: "text/html" } });
                if (answer.ok && !answer.redirected) {
                    if (!OPEN.includes(answer.headers.get("X-Job-State"))) {
                        location.reload();
                        return;
                    }
                    const drawn = await answer.text();
                    if (!place.contains(document.activeElement)) place.innerHTML = drawn;
                }
            } catch {
                // The next question may be answered again.
            }
            setTimeout(ask, PAUSE);
        };
        setTimeout(ask, PAUSE);
    }
})();
