// The editor replaces a labelled textarea by an element without a name: give it the label's.
document.addEventListener("prose-editor:ready", (event) => {
  const { editor, textarea } = event.detail
  const label = document.querySelector(`label[for="${textarea.id}"]`)
  if (label) editor.view.dom.setAttribute("aria-label", label.textContent.replace(/:\s*$/, "").trim())
})
