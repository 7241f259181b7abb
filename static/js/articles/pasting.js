// What is pasted into the article editor: merged cells are split, and the writer is told what the vocabulary
// (articles/vocabulary.py) has no place for. The editor itself drops that without a word.
import { Extension, Plugin } from "django-prose-editor/editor"

// Kinds are [what selects them, one of them in words, more of them in words]. What is left out goes with all in it.
const PICTURES = ["img, svg, canvas", "picture", "pictures"]
const LEFT_OUT = [
  PICTURES,
  ["iframe, embed, object", "embedded page", "embedded pages"],
  ["video", "video", "videos"],
  ["audio", "recording", "recordings"],
  ["math", "formula", "formulas"],
  ["hr", "dividing line", "dividing lines"],
  ["button, input:not([type=hidden]), select, textarea", "part of a form", "parts of a form"],
]
const CHANGED = [
  ["h1, h4, h5, h6", "heading of another level became a paragraph", "headings of another level became paragraphs"],
  [":is(td, th) :is(h2, h3)", "heading in a table became a paragraph", "headings in a table became paragraphs"],
  [":is(td, th) blockquote", "quotation in a table became a paragraph", "quotations in a table became paragraphs"],
  ["th :is(ul, ol)", "list in a header cell became paragraphs", "lists in a header cell became paragraphs"],
  [":is(td, th) table", "table inside a table became paragraphs", "tables inside a table became paragraphs"],
  [":is(td, th):is([colspan], [rowspan])", "merged cell was split", "merged cells were split"],
  [
    "caption:has(a, b, cite, dfn, em, i, strong, sub, sup)",
    "table caption lost its formatting",
    "table captions lost their formatting",
  ],
  ["figcaption", "caption of a picture became a paragraph", "captions of pictures became paragraphs"],
  ["dl", "list of terms became paragraphs", "lists of terms became paragraphs"],
  ["ol:is([start], [reversed], [type])", "list lost its own way of numbering", "lists lost their own way of numbering"],
  ["pre", "passage with lines of its own became a paragraph", "passages with lines of their own became paragraphs"],
  [":is(code, kbd, samp, tt):not(pre *)", "piece of code became plain words", "pieces of code became plain words"],
  [":is(u, ins):not(a *)", "underlined passage lost its line", "underlined passages lost their line"],
  ["s, del, strike", "crossed-out passage lost its line", "crossed-out passages lost their line"],
  ["mark", "highlighted passage lost its colour", "highlighted passages lost their colour"],
  ["a[href]", "link that leads to no page became plain words", "links that lead to no page became plain words"],
]
const ALL_LEFT_OUT = LEFT_OUT.map(([selector]) => selector).join()
const ALL_CHANGED = CHANGED.map(([selector]) => selector).join()

// What stays, and what word processors and web pages put around everything: not worth a word.
const KEPT = "p, h2, h3, ul, ol, li, strong, em, sub, sup, br, blockquote, a, cite[data-cite], dfn[data-term]"
const TABLES = "table, caption, colgroup, col, thead, tbody, tfoot, tr, th, td"
const WRAPPERS = "address, article, aside, div, figure, footer, form, header, hgroup, main, nav, section"
const INLINE_WRAPPERS = "b, big, center, font, i, input, label, small, span, time, wbr, picture, source"
const UNSEEN = "base, link, meta, noscript, noscript *, script, style, template, title"
const QUIET = [KEPT, TABLES, WRAPPERS, INLINE_WRAPPERS, UNSEEN, "dt", "dd", "pre *"].join()

const NUMBERING = ["start", "reversed", "type"]
const LINK = /^(https?:\/\/|mailto:|\/(?!\/)|#)/i // as articles/document.py has it

const isMerged = (cell) => cell.colSpan > 1 || cell.rowSpan !== 1
const WORTH_A_WORD = {
  A: (link) => !LINK.test(link.getAttribute("href").trim()),
  OL: (list) => list.matches("th *") || list.start !== 1 || list.reversed || !["", "1"].includes(list.type),
  TD: isMerged,
  TH: isMerged,
}
const isWorthAWord = (element) =>
  (WORTH_A_WORD[element.tagName]?.(element) ?? true) && (element.textContent.trim() || element.matches("td, th"))

const inWords = (number, one, more) => (number ? [`${number} ${number === 1 ? one : more}`] : [])

// Return how often each kind occurs, in words.
const count = (kinds, elements) =>
  kinds.flatMap(([selector, one, more]) =>
    inWords(elements.filter((element) => element.matches(selector)).length, one, more),
  )

// Return in words, and with their names, the elements that nobody has thought of here. Names such as o:p are quiet.
const countOthers = (root) => {
  const others = [...root.querySelectorAll(`:not(${QUIET}, ${ALL_CHANGED})`)].filter(
    (element) => element.textContent.trim() && !/[-:]/.test(element.localName),
  )
  const names = [...new Set(others.map((element) => element.localName))].sort().join(", ")
  return inWords(others.length, `passage lost its formatting (${names})`, `passages lost their formatting (${names})`)
}

const told = (leftOut, changed) => {
  const sentences = []
  if (leftOut.length) sentences.push(`Left out of what you pasted: ${leftOut.join(", ")}.`)
  if (leftOut.some((words) => words.includes(PICTURES[1]))) sentences.push("Place pictures with “Place a figure”.")
  if (changed.length) sentences.push(`Changed: ${changed.join("; ")}.`)
  return sentences.join(" ")
}

const become = (tag, element) => {
  const other = document.createElement(tag)
  other.append(...element.childNodes)
  element.replaceWith(other)
  return other
}

// What office programs say by style alone. The page's policy (CSP) keeps styles from the editor: without this, all of
// a Google document would be bold, as it comes inside <b style="font-weight: normal">, and its bold words would not be.
const LOOKS = [
  [/font-weight:\s*(bold|[6-9]00)/i, "strong"],
  [/font-style:\s*italic/i, "em"],
  [/vertical-align:\s*super/i, "sup"],
  [/vertical-align:\s*sub/i, "sub"],
  [/text-decoration[^;]*underline/i, "u"],
  [/text-decoration[^;]*line-through/i, "s"],
]
const NO_LOOK = { B: /font-weight:\s*(normal|400)/i, I: /font-style:\s*normal/i }

// Read what is pasted; each style is in data-style, as the browser would report it as a breach of the policy.
const read = (html) => {
  const template = document.createElement("template") // takes cells without a table too, and fetches nothing
  template.innerHTML = html
    .replace(/<style[\s\S]*?<\/style>/gi, "")
    .replace(/<[a-z][^>]*>/gi, (tag) => tag.replace(/\sstyle\s*=/gi, " data-style="))
  return template
}

const writeLooks = (root) => {
  for (const element of root.querySelectorAll("[data-style]")) {
    const style = element.getAttribute("data-style")
    element.removeAttribute("data-style")
    if (NO_LOOK[element.tagName]?.test(style)) become("span", element)
    if (element.tagName !== "SPAN") continue
    for (const [look, tag] of LOOKS) {
      if (!look.test(style)) continue
      const inner = document.createElement(tag)
      inner.append(...element.childNodes)
      element.append(inner)
    }
  }
}

// Make of the blocks in cells what cells can hold: the editor would end the table there.
const flattenCells = (root) => {
  for (const table of root.querySelectorAll(":is(td, th) table")) {
    const parts = [table.caption, ...[...table.rows].flatMap((row) => [...row.cells])].filter(Boolean)
    table.replaceWith(...parts.map((part) => become("div", part)))
  }
  const blocks = root.querySelectorAll(":is(td, th) :is(h2, h3, blockquote), th :is(ul, ol, li)")
  for (const block of blocks) become("div", block)
}

const emptyCell = (tag) => document.createElement(tag)

// Return the cells of each row of one part of a table, with empty ones for what merged cells cover.
const regularRows = (rows) => {
  const covered = [] // for each column: how many rows down a cell above reaches, and its element
  return rows.map((row, index) => {
    const cells = [...row.cells]
    const regular = []
    while (cells.length || covered.some(({ rows }, column) => rows && column >= regular.length)) {
      const column = regular.length
      if (covered[column]?.rows || !cells.length) {
        if (covered[column]?.rows) covered[column].rows -= 1
        regular.push(emptyCell(covered[column]?.tag ?? "td"))
        continue
      }
      const cell = cells.shift()
      const down = (cell.rowSpan || rows.length - index) - 1 // 0 is all the way down
      for (let across = 0; across < cell.colSpan; across++) {
        covered[column + across] = { rows: down, tag: cell.localName }
        regular.push(across ? emptyCell(cell.localName) : cell)
      }
    }
    return regular
  })
}

// Every row gets as many cells as the others. Columns at the end in which no cell begins, as under colspan="99", go.
const splitMergedCells = (table) => {
  const parts = [table.tHead, ...table.tBodies, table.tFoot].filter(Boolean)
  const rows = parts.flatMap((part) => regularRows([...part.rows]).map((cells, index) => [part.rows[index], cells]))
  const isFromTable = (cell) => cell.parentNode
  const width = Math.max(...rows.map(([, cells]) => cells.findLastIndex(isFromTable) + 1))
  for (const [row, cells] of rows) {
    while (cells.length < width) cells.push(emptyCell(cells.at(-1)?.localName ?? "td"))
    row.replaceChildren(...cells.slice(0, width))
    for (const cell of row.cells) for (const name of ["colspan", "rowspan"]) cell.removeAttribute(name)
  }
}

// Return what is to be pasted, and what there is to say about it.
const prepare = (html) => {
  const template = read(html)
  const root = template.content
  writeLooks(root)
  const leftOut = [...root.querySelectorAll(ALL_LEFT_OUT)].filter((one) => !one.parentElement?.closest(ALL_LEFT_OUT))
  const left = count(LEFT_OUT, leftOut)
  for (const element of leftOut) element.remove()
  const changed = [...root.querySelectorAll(ALL_CHANGED)].filter(isWorthAWord)
  const words = told(left, [...count(CHANGED, changed), ...countOthers(root)])
  for (const link of changed) if (link.matches("a")) link.replaceWith(...link.childNodes)
  for (const list of root.querySelectorAll("ol")) for (const name of NUMBERING) list.removeAttribute(name)
  for (const line of root.querySelectorAll("caption br")) line.replaceWith(" ")
  flattenCells(root)
  const tables = [...root.querySelectorAll("table")]
  tables.filter((table) => [...table.querySelectorAll("td, th")].some(isMerged)).forEach(splitMergedCells)
  return { html: template.innerHTML, words }
}

// Files come without words when somebody pastes a screenshot.
const countFiles = (clipboard) => {
  const hasWords = !clipboard || clipboard.getData("text/html") || clipboard.getData("text/plain")
  const files = hasWords ? [] : [...clipboard.files]
  const pictures = files.filter((file) => file.type.startsWith("image/"))
  const others = inWords(files.length - pictures.length, "file", "files")
  return [...inWords(pictures.length, ...PICTURES.slice(1)), ...others]
}

// The place where it is said. It is empty, not hidden, before: screen readers announce changes in what was there.
const makeNotice = () => {
  const notice = document.createElement("div")
  const status = document.createElement("p")
  const close = document.createElement("button")
  notice.className = "paste-notice"
  status.setAttribute("role", "status")
  close.type = "button"
  close.className = "button"
  close.textContent = "Close"
  const say = (words) => {
    status.textContent = words
    close.hidden = !words
  }
  close.addEventListener("click", () => say(""))
  say("")
  notice.append(status, close)
  return { notice, say }
}

export const Pasting = Extension.create({
  name: "pasting",

  addProseMirrorPlugins() {
    const { notice, say } = makeNotice()
    return [
      new Plugin({
        view(view) {
          view.dom.after(notice)
          return { destroy: () => notice.remove() }
        },
        props: {
          transformPastedHTML(pasted) {
            const { html, words } = prepare(pasted)
            say(words)
            return html
          },
          transformPastedText(text) {
            say("")
            return text
          },
          handlePaste(_, event) {
            const files = countFiles(event.clipboardData)
            if (files.length) say(told(files, []))
          },
        },
      }),
    ]
  },
})
