// Fresh rows every few seconds with the focus left where it was, countdowns that tick, reasons at one press.
(() => {
    "use strict";
    const place = document.getElementById("pw-board");
    const stale = document.getElementById("pw-stale");
    if (place) {
        const pause = Number(place.dataset.seconds) * 1000;
        const refresh = async () => {
            if (!document.hidden) {
                try {
                    const answer = await fetch(place.dataset.url, { headers: { Accept: "text/html" } });
                    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
                    const rows = await answer.text();
                    const held = place.contains(document.activeElement) ? document.activeElement.id : "";
                    place.innerHTML = rows;
                    if (held) document.getElementById(held)?.focus({ preventScroll: true });
                    stale.hidden = true;
                } catch {
                    stale.hidden = false;
                }
            }
            setTimeout(refresh, pause);
        };
        setTimeout(refresh, pause);
    }

    // The server's clock counts, whatever this machine thinks: its difference is taken once.
    const clock = document.querySelector("[data-server-now]");
    const ahead = clock ? Date.parse(clock.dataset.serverNow) - Date.now() : 0;
    const two = (number) => String(number).padStart(2, "0");
    const tick = () => {
        for (const one of document.querySelectorAll("time[data-until]")) {
            const left = Math.floor((Date.parse(one.dataset.until) - Date.now() - ahead) / 1000);
            // Longer than a day the words of the page will do.
            if (left >= 0 && left < 86400) {
                one.textContent = `${two(Math.floor(left / 3600))}:${two(Math.floor(left / 60) % 60)}:${two(left % 60)}`;
            }
        }
    };
    tick();
    setInterval(tick, 1000);

    const reasons = document.getElementById("pw-reasons");
    const reason = document.getElementById("id_reason");
    if (reasons && reason) {
        reason.closest(".pp-field").append(reasons);
        reasons.hidden = false;
        reasons.addEventListener("click", (event) => {
            const chip = event.target.closest("[data-reason]");
            if (!chip) return;
            reason.value = chip.textContent;
            reason.focus();
        });
    }
})();
