import pytest

from tests.factories import make_consultation_type, make_nutritionist


@pytest.fixture
def consultation_type():
    priya = make_nutritionist(name="Priya Raman", slug="priya-raman")
    return make_consultation_type(priya, name="Free consultation", slug="free")
