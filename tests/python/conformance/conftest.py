"""What is asserted in the modules beside the tests is explained as if it were in them."""

import pytest

pytest.register_assert_rewrite("comparison", "native_answers")
