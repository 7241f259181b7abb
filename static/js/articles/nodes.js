// Our three nodes for the article editor. What they write is the vocabulary of articles/document.py.
import { Node, mergeAttributes, updateAttrsDialog } from "django-prose-editor/editor"

// An attribute of the same name in HTML, so that parsing and writing it is the default.
const attribute = (name) => ({
  default: null,
  parseHTML: (element) => element.getAttribute(name),
  renderHTML: (attributes) => (attributes[name] ? { [name]: attributes[name] } : {}),
})

const menuButton = (label, title) => {
  const button = document.createElement("button")
  button.type = "button"
  button.className = "prose-menubar__button"
  button.textContent = label
  button.title = title
  button.setAttribute("aria-label", title)
  return button
}

export const Citation = Node.create({
  name: "citation",
  group: "inline",
  inline: true,
  atom: true,

  addAttributes() {
    return { "data-cite": attribute("data-cite") }
  },
  parseHTML() {
    return [{ tag: "cite[data-cite]" }]
  },
  renderHTML({ HTMLAttributes }) {
    return ["cite", HTMLAttributes]
  },
  addMenuItems({ buttons, menu }) {
    menu.defineItem({
      name: "citation",
      groups: "nodes",
      button: menuButton("Cite", "Cite a reference"),
      async command(editor) {
        const current = editor.isActive("citation") ? editor.getAttributes("citation") : {}
        const dialog = updateAttrsDialog(
          { "data-cite": { type: "string", title: "Keys of the references, separated by blanks", required: true } },
          { title: "Cite", submitText: "Cite" },
        )
        const attrs = await dialog(editor, current)
        if (attrs) editor.chain().focus().insertContent({ type: "citation", attrs }).run()
      },
      active: (editor) => editor.isActive("citation"),
    })
  },
})

export const FigureByKey = Node.create({
  name: "figureByKey",
  group: "block",
  atom: true,

  addAttributes() {
    return { "data-figure": attribute("data-figure") }
  },
  parseHTML() {
    return [{ tag: "figure[data-figure]" }]
  },
  renderHTML({ HTMLAttributes }) {
    return ["figure", HTMLAttributes]
  },
  addMenuItems({ buttons, menu }) {
    menu.defineItem({
      name: "figureByKey",
      groups: "nodes",
      button: menuButton("Figure", "Place a figure"),
      async command(editor) {
        const current = editor.isActive("figureByKey") ? editor.getAttributes("figureByKey") : {}
        const dialog = updateAttrsDialog(
          { "data-figure": { type: "string", title: "Key of the figure", required: true } },
          { title: "Figure", submitText: "Place" },
        )
        const attrs = await dialog(editor, current)
        if (attrs) editor.chain().focus().insertContent({ type: "figureByKey", attrs }).run()
      },
      active: (editor) => editor.isActive("figureByKey"),
    })
  },
})

export const Box = Node.create({
  name: "box",
  group: "block",
  content: "block+",
  defining: true,

  addAttributes() {
    return {
      "data-box": attribute("data-box"),
      "data-title": attribute("data-title"),
      "data-certainty": attribute("data-certainty"),
    }
  },
  parseHTML() {
    return [{ tag: "section[data-box]" }]
  },
  renderHTML({ HTMLAttributes }) {
    return ["section", mergeAttributes(HTMLAttributes), 0]
  },
  addMenuItems({ buttons, menu }) {
    menu.defineItem({
      name: "box",
      groups: "nodes",
      button: menuButton("Box", "Put the selection into a box"),
      async command(editor) {
        const isInside = editor.isActive("box")
        const dialog = updateAttrsDialog(
          {
            "data-box": { type: "string", title: "Kind", enum: ["in-short", "study", "care"] },
            "data-title": { type: "string", title: "Heading" },
            "data-certainty": {
              type: "string",
              title: "How sure (for a study)",
              enum: ["", "early", "mixed", "good", "strong", "settled"],
            },
          },
          { title: "Box", submitText: isInside ? "Change" : "Box" },
        )
        const attrs = await dialog(editor, isInside ? editor.getAttributes("box") : {})
        if (!attrs) return
        const chain = editor.chain().focus()
        if (isInside) chain.updateAttributes("box", attrs).run()
        else chain.wrapIn("box", attrs).run()
      },
      active: (editor) => editor.isActive("box"),
    })
  },
})
