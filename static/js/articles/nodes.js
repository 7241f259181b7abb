// Our own nodes for the article editor. What they write is the vocabulary of articles/vocabulary.py.
import { Mark, Node, Table, TableCell, TableHeader, mergeAttributes, updateAttrsDialog } from "django-prose-editor/editor"

// An attribute of the same name in HTML, so that parsing and writing it is the default.
const attribute = (name) => ({
  default: null,
  parseHTML: (element) => element.getAttribute(name),
  renderHTML: (attributes) => (attributes[name] ? { [name]: attributes[name] } : {}),
})

const attributes = (...names) => Object.fromEntries(names.map((name) => [name, attribute(name)]))

const menuButton = (label, title) => {
  const button = document.createElement("button")
  button.type = "button"
  button.className = "prose-menubar__button"
  button.textContent = label
  button.title = title
  button.setAttribute("aria-label", title)
  return button
}

// Ask for a node's attributes; resolves to null when cancelled. A field's `list` is the id of a datalist on the page
// (templates/admin/articles/_keys.html), which the library's dialog does not know. `remove` adds a button that undoes.
const ask = (editor, { title, submitText, fields, values, remove }) => {
  const undo = (_, form) => {
    form.closest("dialog").close()
    remove.command(editor.chain().focus()).run()
  }
  const actions = remove ? [{ text: remove.text, handler: undo }] : []
  const answer = updateAttrsDialog(fields, { title, submitText, actions })(editor, values)
  const form = editor.view.dom.parentElement.querySelector("dialog form")
  for (const [name, { list }] of Object.entries(fields)) if (list) form[name].setAttribute("list", list)
  return answer
}

// Put a node behind the selection, whose words stay; or change the selected one.
const place = (editor, type, attrs) => {
  const chain = editor.chain().focus()
  if (editor.isActive(type)) chain.updateAttributes(type, attrs).run()
  else chain.insertContentAt(editor.state.selection.to, { type, attrs }).run()
}

export const Citation = Node.create({
  name: "citation",
  group: "inline",
  inline: true,
  atom: true,

  addAttributes() {
    return attributes("data-cite", "data-locator")
  },
  parseHTML() {
    return [{ tag: "cite[data-cite]" }]
  },
  renderHTML({ HTMLAttributes }) {
    return ["cite", HTMLAttributes]
  },
  addMenuItems({ menu }) {
    menu.defineItem({
      name: "citation",
      groups: "nodes",
      button: menuButton("Cite", "Cite a reference"),
      async command(editor) {
        const attrs = await ask(editor, {
          title: "Cite a reference",
          submitText: "Cite",
          values: editor.getAttributes("citation"),
          fields: {
            "data-cite": { title: "Reference", required: true, list: "reference-keys" },
            "data-locator": { title: "Where in it, such as p. 4 (optional)" },
          },
        })
        if (attrs) place(editor, "citation", attrs)
      },
      active: (editor) => editor.isActive("citation"),
    })
  },
})

export const GlossaryTerm = Mark.create({
  name: "glossaryTerm",
  inclusive: false,
  excludes: "glossaryTerm link",

  addAttributes() {
    return attributes("data-term")
  },
  parseHTML() {
    return [{ tag: "dfn[data-term]" }]
  },
  renderHTML({ HTMLAttributes }) {
    return ["dfn", HTMLAttributes, 0]
  },
  addMenuItems({ menu }) {
    const isActive = (editor) => editor.isActive("glossaryTerm")
    const enabled = (editor) => !editor.state.selection.empty || isActive(editor)
    const button = menuButton("Term", "Explain the selected words by the glossary")
    menu.defineItem({
      name: "glossaryTerm",
      groups: "nodes",
      button,
      async command(editor) {
        const attrs = await ask(editor, {
          title: "Explain by the glossary",
          submitText: "Explain",
          values: editor.getAttributes("glossaryTerm"),
          fields: { "data-term": { title: "Glossary term", required: true, list: "term-keys" } },
          remove: isActive(editor) && {
            text: "Do not explain",
            command: (chain) => chain.extendMarkRange("glossaryTerm").unsetMark("glossaryTerm"),
          },
        })
        if (attrs) editor.chain().focus().extendMarkRange("glossaryTerm").setMark("glossaryTerm", attrs).run()
      },
      enabled,
      active: isActive,
      update: (editor) => button.setAttribute("aria-disabled", String(!enabled(editor))),
    })
  },
})

export const FigureByKey = Node.create({
  name: "figureByKey",
  group: "block",
  atom: true,

  addAttributes() {
    return attributes("data-figure")
  },
  parseHTML() {
    return [{ tag: "figure[data-figure]" }]
  },
  renderHTML({ HTMLAttributes }) {
    return ["figure", HTMLAttributes]
  },
  addMenuItems({ menu }) {
    menu.defineItem({
      name: "figureByKey",
      groups: "nodes",
      button: menuButton("Figure", "Place a figure"),
      async command(editor) {
        const attrs = await ask(editor, {
          title: "Place a figure",
          submitText: "Place",
          values: editor.getAttributes("figureByKey"),
          fields: { "data-figure": { title: "Figure", required: true, list: "figure-keys" } },
        })
        if (attrs) place(editor, "figureByKey", attrs)
      },
      active: (editor) => editor.isActive("figureByKey"),
    })
  },
})

// A choice in a dialog shows its words; what is stored is its value.
const CARE = { "GP or pharmacist": "gp", "NHS 111": "111", 999: "999", "Only my own words": "" }
const HEADING = { "data-title": { title: "Heading (optional)" } }
const BOXES = {
  "in-short": { label: "In short", title: "Put the selection into an “In short” box", fields: HEADING },
  study: {
    label: "Study",
    title: "Put the selection into a “Study in focus” box",
    fields: {
      ...HEADING,
      "data-certainty": { title: "How sure (optional)", enum: ["", "early", "mixed", "good", "strong", "settled"] },
    },
  },
  care: {
    label: "Care",
    title: "Put the selection into a note on where to get help",
    fields: { "data-care": { title: "Sends people to", enum: Object.keys(CARE) }, ...HEADING },
  },
}
const NO_ATTRIBUTES = { "data-title": null, "data-certainty": null, "data-care": null }

// Boxes hold whole blocks of the article: wrap those that the selection touches, not an item in a list.
const wrapBlocks = (attrs) => ({ state, tr }) => {
  const { $from, $to } = state.selection
  const range = $from.blockRange($to, (node) => node.type.name === "doc")
  if (range) tr.wrap(range, [{ type: state.schema.nodes.box, attrs }])
  return Boolean(range)
}

// Put what the touched boxes hold in their place, the last box first, so that the places of the others stay.
const unwrapBlocks = ({ state, tr }) => {
  const boxes = []
  state.doc.nodesBetween(state.selection.from, state.selection.to, (node, start) => {
    if (node.type.name === "box") boxes.unshift([start, node])
  })
  for (const [start, box] of boxes) tr.replaceWith(start, start + box.nodeSize, box.content)
  return boxes.length > 0
}

export const Box = Node.create({
  name: "box",
  group: "block",
  content: "(paragraph | heading | bulletList | orderedList | blockquote | figureByKey | table)+",
  defining: true,

  addAttributes() {
    return attributes("data-box", "data-title", "data-certainty", "data-care")
  },
  parseHTML() {
    return [{ tag: "section[data-box]" }]
  },
  renderHTML({ HTMLAttributes }) {
    return ["section", mergeAttributes(HTMLAttributes), 0]
  },
  addMenuItems({ menu }) {
    for (const [kind, { label, title, fields }] of Object.entries(BOXES)) {
      menu.defineItem({
        name: `box:${kind}`,
        groups: "nodes",
        button: menuButton(label, title),
        async command(editor) {
          const isInside = editor.isActive("box")
          const values = isInside ? { ...editor.getAttributes("box") } : { "data-care": "gp" }
          values["data-care"] = Object.keys(CARE).find((words) => CARE[words] === (values["data-care"] ?? ""))
          const answer = await ask(editor, {
            title: label,
            submitText: isInside ? "Change" : "Put into a box",
            fields,
            values,
            remove: isInside && { text: "Take the box away", command: (chain) => chain.command(unwrapBlocks) },
          })
          if (!answer) return
          const attrs = { "data-box": kind, ...NO_ATTRIBUTES, ...answer }
          if (kind === "care") attrs["data-care"] = CARE[answer["data-care"]]
          if (isInside) editor.chain().focus().updateAttributes("box", attrs).run()
          else editor.chain().focus().command(wrapBlocks(attrs)).run()
        },
        active: (editor) => editor.isActive("box", { "data-box": kind }),
      })
    }
  },
})

export const Invitation = Node.create({
  name: "invitation",
  group: "block",
  atom: true,

  addAttributes() {
    return attributes("data-title")
  },
  parseHTML() {
    return [{ tag: 'section[data-box="consultation"]', priority: 60 }] // before Box
  },
  renderHTML({ HTMLAttributes }) {
    return ["section", mergeAttributes({ "data-box": "consultation" }, HTMLAttributes)]
  },
  addMenuItems({ menu }) {
    menu.defineItem({
      name: "invitation",
      groups: "nodes",
      button: menuButton("Invite", "Place an invitation to a consultation"),
      async command(editor) {
        const attrs = await ask(editor, {
          title: "Invitation to a consultation",
          submitText: "Place",
          values: editor.getAttributes("invitation"),
          fields: HEADING,
        })
        if (attrs) place(editor, "invitation", attrs)
      },
      active: (editor) => editor.isActive("invitation"),
    })
  },
})

const CAPTION = { caption: { title: "Caption: what the table shows", required: true } }
const NOT_OFFERED = ["table:mergeCells", "table:splitCell"] // merged cells are hard to follow by ear

// The library's table with a caption and header cells, without merged cells.
export const CaptionedTable = Table.extend({
  addAttributes() {
    return {
      ...this.parent?.(),
      caption: {
        default: "",
        parseHTML: (element) => element.querySelector(":scope > caption")?.textContent.trim() ?? "",
        rendered: false,
      },
    }
  },
  parseHTML() {
    return [{ tag: "table" }, { tag: "caption", ignore: true }] // the caption is an attribute here
  },
  renderHTML({ node, HTMLAttributes }) {
    return ["table", HTMLAttributes, ["caption", node.attrs.caption], ["tbody", 0]]
  },
  addNodeView: null,
  addCommands() {
    const insert = async (editor) => {
      const asked = await ask(editor, {
        title: "Table",
        submitText: "Insert table",
        values: {},
        fields: {
          ...CAPTION,
          rows: { title: "Rows, with that of the headings", format: "number", default: "3", min: "2", max: "40" },
          cols: { title: "Columns", format: "number", default: "3", min: "1", max: "12" },
          heads: { title: "The first column holds headings too", type: "boolean" },
        },
      })
      if (!asked) return
      const size = { rows: Number(asked.rows), cols: Number(asked.cols), withHeaderRow: true }
      const chain = editor.chain().focus().insertTable(size).updateAttributes("table", { caption: asked.caption })
      if (asked.heads) chain.toggleHeaderColumn()
      chain.run()
    }
    return {
      ...this.parent?.(),
      insertTableWithOptions: () => ({ editor }) => {
        insert(editor)
        return true
      },
    }
  },
  addMenuItems({ buttons, menu }) {
    this.parent?.({
      buttons,
      menu: { defineItem: (item) => NOT_OFFERED.includes(item.name) || menu.defineItem(item) },
    })
    menu.defineItem({
      name: "table:caption",
      groups: "table",
      button: menuButton("Caption", "Change the caption of the table"),
      async command(editor) {
        const attrs = await ask(editor, {
          title: "Table",
          submitText: "Change",
          values: editor.getAttributes("table"),
          fields: CAPTION,
        })
        if (attrs) editor.chain().focus().updateAttributes("table", attrs).run()
      },
      hidden: (editor) => !editor.isActive("table"),
    })
  },
})

export const HeaderCell = TableHeader.extend({ content: "paragraph+" })
export const Cell = TableCell.extend({ content: "(paragraph | bulletList | orderedList)+" })
