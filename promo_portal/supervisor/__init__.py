"""What `./run demo` and `./run manage` start: servers, web, worker and Beat, and their clean end."""
