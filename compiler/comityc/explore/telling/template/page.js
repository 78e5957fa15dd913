"use strict";
(() => {
  const chapters = [...document.querySelectorAll(".chapter")];
  const links = [...document.querySelectorAll(".index a")];
  const said = document.getElementById("said");
  const at = new Map(chapters.map((chapter) => [chapter, 0]));
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  let current = chapters[0];

  const last = (chapter) => Number(chapter.dataset.steps);

  function show(chapter, step, { speak = true } = {}) {
    const to = Math.max(0, Math.min(last(chapter), step));
    current = chapter;
    at.set(chapter, to);
    for (const one of chapters) one.hidden = one !== chapter;
    for (const link of links) {
      if (link.dataset.chapter === chapter.id) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    for (const moment of chapter.querySelectorAll(".moment")) moment.hidden = Number(moment.dataset.step) !== to;
    for (const part of chapter.querySelectorAll(".row, .story li[data-step]")) {
      const number = Number(part.dataset.step);
      part.classList.toggle("current", number === to);
      part.classList.toggle("ahead", number > to);
      if (number === to) part.setAttribute("aria-current", "step");
      else part.removeAttribute("aria-current");
    }
    chapter.querySelector(".at b").textContent = String(to);
    chapter.classList.toggle("over", to === last(chapter));
    for (const button of chapter.querySelectorAll("[data-go]")) {
      const back = button.dataset.go === "first" || button.dataset.go === "back";
      button.disabled = back ? to === 0 : to === last(chapter);
    }
    const row = chapter.querySelector(".row.current");
    if (row) row.scrollIntoView({ block: "nearest", inline: "nearest", behavior: still.matches ? "auto" : "smooth" });
    const heading = chapter.querySelector(`.moment[data-step="${to}"] h2`);
    if (speak && heading) said.textContent = heading.textContent.trim();
    history.replaceState(null, "", `#${chapter.id}.${to}`);
  }

  const moves = {
    first: () => 0,
    back: (step) => step - 1,
    on: (step) => step + 1,
    last: () => Infinity,
  };
  const keys = {
    ArrowRight: "on", ArrowDown: "on", j: "on",
    ArrowLeft: "back", ArrowUp: "back", k: "back",
    Home: "first", End: "last",
  };
  const go = (move) => show(current, moves[move](at.get(current)));

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey || !(event.key in keys)) return;
    event.preventDefault();
    go(keys[event.key]);
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-go]");
    if (button) return go(button.dataset.go);
    const part = event.target.closest(".row, .story li[data-step]");
    if (part && !getSelection().toString()) show(part.closest(".chapter"), Number(part.dataset.step));
  });

  function follow() {
    const [, chapter, step] = /^#(\d+)(?:\.(\d+))?$/.exec(location.hash) ?? [];
    const named = chapters.find((one) => one.id === chapter);
    const found = named ?? chapters[0];
    show(found, named && step !== undefined ? Number(step) : at.get(found), { speak: false });
  }
  addEventListener("hashchange", follow);
  document.documentElement.classList.add("live");
  follow();
})();
