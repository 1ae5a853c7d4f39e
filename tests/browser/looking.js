// What the checks ask a page, as functions of one object: `looking`. Put into a page by visiting.py before the page's
// own scripts; it changes nothing until it is called.
"use strict";
window.looking = (() => {
  const FOCUSABLE = "a[href], area[href], button, input, select, textarea, summary, iframe, audio[controls], " +
    "video[controls], [contenteditable], [tabindex]";
  const scrolls = (style) => /auto|scroll/.test(style.overflowX + style.overflowY);

  // A name that finds the element again in the source: the nearest id, the tag, the class, the first words.
  function named(element) {
    const place = element.closest("[id]");
    const own = element.tagName.toLowerCase() + (element.className && element.className.baseVal === undefined
      ? "." + String(element.className).trim().split(/\s+/).join(".") : "");
    const words = element.textContent.replace(/\s+/g, " ").trim().slice(0, 40);
    return (place && place !== element ? "#" + place.id + " " : "") + own + (element.id ? "#" + element.id : "") +
      (words ? ` "${words}"` : "");
  }

  // The name that a reader of screens is told, where attributes give one.
  function label(element) {
    const others = (element.getAttribute("aria-labelledby") || "").split(/\s+/).filter(Boolean);
    return (element.getAttribute("aria-label") || others.map((id) =>
      document.getElementById(id)?.textContent || "").join(" ")).trim();
  }

  function shown(element) {
    return element.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true }) &&
      element.getClientRects().length > 0;
  }

  // An element and those that it is in, up to the page.
  function within(element) {
    const found = [];
    for (let each = element; each !== document.body; each = each.parentElement) found.push(each);
    return found;
  }

  // Hidden from sight for readers of screens only: one pixel, or clipped to nothing.
  function unseen(element) {
    return within(element).some((each) => getComputedStyle(each).clipPath.startsWith("inset(5") ||
      getComputedStyle(each).clip === "rect(0px, 0px, 0px, 0px)" || each.clientWidth === 1 && each.clientHeight === 1);
  }

  function texts(root) {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT), found = [];
    while (walker.nextNode()) found.push(walker.currentNode);
    return found.filter((node) => node.data.trim() &&
      !node.parentElement.closest("script, style, noscript, template, math, svg, option"));
  }

  function read(without) {
    return texts(document.querySelector("main")).filter((node) => shown(node.parentElement) &&
      !node.parentElement.closest(without)).map((node) => node.data.replace(/\s+/g, " ").trim());
  }

  // The rectangles of a text, of its words alone where blanks are kept: those at the end of a line hang out unseen.
  function lines(node) {
    const kept = getComputedStyle(node.parentElement).whiteSpaceCollapse === "preserve";
    const parts = kept ? [...node.data.matchAll(/\S+/g)] : [{ index: 0, 0: node.data }];
    return parts.flatMap((part) => {
      const range = new Range();
      range.setStart(node, part.index);
      range.setEnd(node, part.index + part[0].length);
      return [...range.getClientRects()].filter((each) => each.width > 0);
    });
  }

  function block(element) {
    let each = element.tagName === "IMG" ? element.parentElement : element;
    while (/^(inline|contents)$/.test(getComputedStyle(each).display)) each = each.parentElement;
    return each;
  }

  // Colours, as [red, green, blue, opacity]; the browser itself reads whatever notation a style has.
  const paint = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  function colour(notation) {
    paint.clearRect(0, 0, 1, 1);
    paint.fillStyle = notation;
    paint.fillRect(0, 0, 1, 1);
    return [...paint.getImageData(0, 0, 1, 1).data].map((value) => value / 255);
  }

  function luminance(rgb) {
    const [red, green, blue] = rgb.map((value) =>
      value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  }

  function contrast(one, other) {
    const both = [luminance(one), luminance(other)];
    return (Math.max(...both) + 0.05) / (Math.min(...both) + 0.05);
  }

  function behind(element) {
    for (let each = element.parentElement; each; each = each.parentElement) {
      const found = colour(getComputedStyle(each).backgroundColor);
      if (found[3] > 0.99) return found;
    }
    return colour(matchMedia("(prefers-color-scheme: dark)").matches ? "#121212" : "#fff");
  }

  // Where the keyboard should stop, in the order of the document.
  function stops() {
    return [...document.querySelectorAll(FOCUSABLE)].filter((element) =>
      element.tabIndex >= 0 && !element.disabled && !element.closest("[inert]") && shown(element));
  }

  // Whether a part of an element, such as a line of a link, is in the window with nothing over it.
  function inSight(element) {
    return [...element.getClientRects()].filter((each) => each.width > 1 && each.height > 1).some((each) => {
      const across = [each.left + 2, (each.left + each.right) / 2, each.right - 2];
      const down = Math.max(each.top, 0) + Math.min(each.height, 20) / 2;
      return across.some((x) => element.contains(document.elementFromPoint(x, down)));
    });
  }

  // The colours that a focused element gains: of its outline, of its shadows, of its ground.
  function marks(before, after) {
    const found = [];
    if (after.outlineStyle !== "none" && parseFloat(after.outlineWidth) >= 1) found.push(after.outlineColor);
    if (after.boxShadow !== "none" && after.boxShadow !== before.boxShadow) {
      found.push(...after.boxShadow.match(/(?:rgba?|color|oklch|oklab)\([^)]*\)/g));
    }
    if (after.backgroundColor !== before.backgroundColor) found.push(after.backgroundColor);
    return found.map(colour).filter((each) => each[3] > 0.5);
  }

  const look = (element) => Object.fromEntries(["outlineStyle", "outlineWidth", "outlineColor", "boxShadow",
    "backgroundColor"].map((name) => [name, getComputedStyle(element)[name]]));

  return {
    // Elements whose focus nobody can see: nothing changes, or it changes less than 3 to 1 against what is behind it.
    unseenFocus() {
      const left = [];
      for (const element of stops()) {
        document.activeElement.blur();
        const before = look(element);
        element.focus({ focusVisible: true, preventScroll: true });
        const best = Math.max(0, ...marks(before, look(element)).map((each) => contrast(each, behind(element))));
        if (best < 3) left.push(`${named(element)}: ${best ? best.toFixed(1) + " to 1" : "no mark"}`);
      }
      document.activeElement.blur();
      return left;
    },

    // Keeps a list of what gets the focus, and, once the next key is pressed, whether it was in sight.
    follow() {
      const way = (looking.way = []);
      document.addEventListener("focusin", (event) => way.push({ element: event.target, seen: true }));
      document.addEventListener("keydown", () => {
        if (way.length) way.at(-1).seen = inSight(way.at(-1).element);
      }, true);
    },
    way: [],

    stops: () => stops().map(named),
    // What the keyboard passed against what it should pass: the first difference, in words.
    wrongWay() {
      const wanted = stops(), went = looking.way.map((each) => each.element);
      const at = wanted.findIndex((element, number) => went[number] !== element);
      const hidden = ({ element, seen }) => {  // asked twice: a busy browser may scroll after the next key
        if (seen) return false;
        document.activeElement.blur();
        element.focus();
        return !inSight(element);
      };
      const wrong = looking.way.filter(hidden).map((each) => `out of sight: ${named(each.element)}`);
      if (at >= 0) {
        wrong.unshift(`stop ${at + 1} should be ${named(wanted[at])}, is ${went[at] ? named(went[at]) : "nothing"}`);
      } else if (went.length > wanted.length && went[wanted.length] !== wanted[0]) {
        wrong.unshift(`after the last stop: ${named(went[wanted.length])}`);
      }
      return wrong;
    },

    positiveTabIndex: () => [...document.querySelectorAll("[tabindex]")].filter((each) => each.tabIndex > 0).map(named),

    // Boxes that scroll: each is reached by the keyboard, and has a role and a name, as a formula has by itself.
    badScrollBoxes() {
      const boxes = [...document.querySelectorAll("body :not(textarea, input, select)")].filter((element) =>
        shown(element) && scrolls(getComputedStyle(element)) &&
        (element.scrollWidth > element.clientWidth + 1 || element.scrollHeight > element.clientHeight + 1));
      return boxes.flatMap((element) => [
        ...(element.tabIndex >= 0 ? [] : ["not focusable"]),
        ...(label(element) || element.matches("math") ? [] : ["no name"]),
        ...(element.matches("math, [role]") ? [] : ["no role"]),
      ].map((fault) => `${fault}: ${named(element)}`));
    },

    // What makes the page scroll sideways, what is cut off by its box, and text and pictures that stick out of theirs.
    overflowing() {
      const page = document.scrollingElement, found = [];
      if (page.scrollWidth > page.clientWidth) {
        const widest = [...document.querySelectorAll("body *")].filter((element) => shown(element) &&
          element.getBoundingClientRect().right > page.clientWidth + 0.5 &&
          within(element.parentElement).every((each) => getComputedStyle(each).overflowX === "visible"));
        found.push(`the page scrolls sideways, ${page.scrollWidth} in ${page.clientWidth}: ` +
          widest.slice(-3).map(named).join("; "));
      }
      for (const element of document.querySelectorAll("body *")) {
        const style = getComputedStyle(element);
        const cut = /hidden|clip/.test(style.overflowX) && element.scrollWidth > element.clientWidth + 1 ||
          /hidden|clip/.test(style.overflowY) && element.scrollHeight > element.clientHeight + 1;
        if (cut && element.clientWidth > 0 && !element.closest("svg, math") && shown(element) && !unseen(element)) {
          found.push(`cut off: ${named(element)}`);
        }
      }
      const written = texts(document.body).map((node) => [node.parentElement, lines(node)]);
      const drawn = [...document.images].map((image) => [image, [...image.getClientRects()]]);
      for (const [thing, rectangles] of [...written, ...drawn]) {
        const box = block(thing);
        if (!shown(thing) || unseen(thing) || within(thing).some((each) => scrolls(getComputedStyle(each)))) continue;
        const inside = box.getBoundingClientRect();
        const out = rectangles.find((at) => at.right > inside.right + 1 || at.left < inside.left - 1);
        if (out) found.push(`sticks out of ${box.tagName.toLowerCase()}: ${named(thing)}`);
      }
      return found;
    },

    // Lines of text that lie on one another: by more than two pixels across and a third of a line down.
    overlapping() {
      const seen = [];
      for (const node of texts(document.body)) {
        const element = node.parentElement;
        if (!shown(element) || unseen(element)) continue;
        let [left, right, top, bottom] = [-Infinity, Infinity, -Infinity, Infinity];
        for (const each of within(element).filter((each) => getComputedStyle(each).overflowX !== "visible")) {
          const box = each.getBoundingClientRect();
          [left, right] = [Math.max(left, box.left), Math.min(right, box.right)];
          [top, bottom] = [Math.max(top, box.top), Math.min(bottom, box.bottom)];
        }
        for (const at of lines(node)) {
          const line = { left: Math.max(at.left, left), right: Math.min(at.right, right), top: Math.max(at.top, top),
            bottom: Math.min(at.bottom, bottom), element: element, node: node };
          if (line.right - line.left > 2 && line.bottom - line.top > 2) seen.push(line);
        }
      }
      seen.sort((a, b) => a.top - b.top);
      const found = new Set();
      seen.forEach((one, at) => {
        for (let next = at + 1; next < seen.length && seen[next].top < one.bottom; next++) {
          const other = seen[next];
          const across = Math.min(one.right, other.right) - Math.max(one.left, other.left);
          const down = Math.min(one.bottom, other.bottom) - other.top;
          const third = Math.min(one.bottom - one.top, other.bottom - other.top) / 3;
          if (one.node !== other.node && across > 2 && down > third) {
            found.add(`${named(one.element)} and ${named(other.element)}`);
          }
        }
      });
      return [...found];
    },

    // Every text twice: as a translation into a language of long words would have it.
    doubleTexts() {
      for (const node of texts(document.body)) node.data = node.data.trimEnd() + " " + node.data.trim() + " ";
    },

    // What a reader sees, line by line; what a script adds (forms, and what they tell) is left out.
    read: () => read("form, [role=status]"),
    // The same without what is of use on a screen only: what unfolds, what can be downloaded, where to go next.
    readOnPaper: () => read("form, [role=status], details, .download, nav"),
    images: () => [...document.images].filter((image) => shown(image) && image.naturalWidth > 0).length,

    landmarks() {
      const ofThePage = (tag, role) => [...document.querySelectorAll(`${tag}, [role=${role}]`)].filter((each) =>
        each.getAttribute("role") === role || !each.closest("main, article, section, aside, nav")).length;
      return { banner: ofThePage("header", "banner"), main: document.querySelectorAll("main").length,
        contentinfo: ofThePage("footer", "contentinfo"),
        navigation: [...document.querySelectorAll("nav, [role=navigation]")].map(label) };
    },
    headings: () => [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].filter(shown).map((each) =>
      [Number(each.tagName[1]), each.textContent.replace(/\s+/g, " ").trim()]),
    repeatedIds: () => [...document.querySelectorAll("[id]")].map((each) => each.id).filter((id, at, all) =>
      all.indexOf(id) < at),
    badTables() {
      return [...document.querySelectorAll("table:not([role=presentation])")].flatMap((table) => {
        const around = table.parentElement.closest("[role=region], figure");
        const caption = table.caption || around?.querySelector("figcaption");
        const heads = [...table.querySelectorAll("th")];
        const unscoped = heads.filter((each) => !/^(col|row)(group)?$/.test(each.getAttribute("scope") || ""));
        const empty = heads.filter((each) => !each.textContent.trim());
        return [
          ...(label(table) || caption?.textContent.trim() || around && label(around) ? [] : ["no caption, no name"]),
          ...(heads.length ? [] : ["no header cell"]),
          ...(unscoped.length ? [`${unscoped.length} header cells without scope`] : []),
          ...(empty.length ? [`${empty.length} empty header cells`] : []),
        ].map((fault) => `${fault}: ${named(table)}`);
      });
    },
    badImages: () => [...document.querySelectorAll("img, [role=img]")].filter((each) => each.tagName === "IMG"
      ? !each.alt.trim() && each.getAttribute("role") !== "presentation"
      : !label(each) && !each.querySelector("title")).map(named),
    chartsWithoutData: () => [...document.querySelectorAll("figure:has(img, svg):not(:has(table))")].filter((each) =>
      ![...each.querySelectorAll("a[href]")].some((link) => /\.(csv|xlsx|ods)$/.test(link.href))).map(named),
    moving: () => [...document.getAnimations().map(String),
      ...(getComputedStyle(document.documentElement).scrollBehavior === "smooth" ? ["smooth scrolling"] : [])],
  };
})();
