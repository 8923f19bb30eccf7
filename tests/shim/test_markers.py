import asyncompat


def test_marks_leave_a_function_what_it_is():
    def function():
        return 1

    assert asyncompat.blocking(function) is function
    assert asyncompat.nonblocking(function) is function
