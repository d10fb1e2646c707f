"""What every test stands on: real servers, a closed network, warnings that are errors."""
