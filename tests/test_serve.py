"""`gongkai serve`: what keeps it from starting."""

import socket

import pytest
from django.core.management import CommandError, call_command


def test_a_port_on_which_a_site_is_served_is_not_shared_with_a_second_one():
    # Given a server that shares its port, as granian does
    with socket.socket() as first:
        first.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        first.bind(("127.0.0.1", 0))
        first.listen()
        port = first.getsockname()[1]
        # When a second one is started there, then it refuses and says what to do
        with pytest.raises(CommandError, match=f"端口 {port} 已被占用.*--port {port + 1}"):
            call_command("serve", port=port, schedule=False)
