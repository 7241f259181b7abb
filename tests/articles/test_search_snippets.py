from articles.search_snippets import BEFORE, LENGTH, START, STOP, make_snippet


def mark(text, *words):
    for word in words:
        text = text.replace(word, f"{START}{word}{STOP}")
    return text


def test_snippet_is_the_passage_with_most_of_what_was_found_and_its_section():
    text = "What it is.\nFibre feeds.\nIn bread\nFibre and rye make bread.\nRye is a grass."
    snippet = make_snippet(mark(text, "Fibre", "rye"), ["In bread"])
    assert snippet.parts == [("Fibre", True), (" and ", False), ("rye", True), (" make bread.", False)]
    assert (snippet.section, snippet.mentions) == ("In bread", 3)


def test_snippet_of_nothing_found_is_the_standfirst():
    snippet = make_snippet("What it is.\nFibre feeds.", [])
    assert (snippet.parts, snippet.section, snippet.mentions) == ([("What it is.", False)], "", 0)


def test_snippet_of_no_words_is_empty():
    assert make_snippet("", []).parts == []


def test_snippet_prefers_a_sentence_to_a_heading():
    snippet = make_snippet(mark("Why.\nFibre\nFibre feeds.", "Fibre"), ["Fibre"])
    assert snippet.parts == [("Fibre", True), (" feeds.", False)]
    assert snippet.section == "Fibre"


def test_snippet_begins_at_the_sentence_of_the_first_word_found():
    before = "Bread is made of grain and water. " * 4
    snippet = make_snippet(mark(before + "Most of it is fibre.", "fibre"), [])
    assert snippet.parts == [("… ", False), ("Most of it is ", False), ("fibre", True), (".", False)]


def test_snippet_of_a_long_sentence_is_cut_between_words():
    text = mark("grain " * 60 + "fibre " + "water " * 60, "fibre")
    parts = make_snippet(text, []).parts
    words = "".join(part for part, _ in parts).split()
    assert set(words) == {"…", "grain", "fibre", "water"}
    assert (words[0], words[-1]) == ("…", "…")
    assert [part for part, is_found in parts if is_found] == ["fibre"]
    assert "".join(part for part, _ in parts).index("fibre") <= BEFORE
    assert len("".join(part for part, _ in parts)) <= LENGTH + 4


def test_snippet_of_one_endless_word_is_cut_all_the_same():
    parts = make_snippet("x" * 1000, []).parts
    assert len(parts[0][0]) <= LENGTH + 2


def test_snippet_takes_a_repeated_heading_for_the_section_it_stands_before():
    text = mark("Why.\nOne\nTwo is more.\nTwo\nFibre feeds.", "Fibre")
    assert make_snippet(text, ["One", "Two"]).section == "Two"
