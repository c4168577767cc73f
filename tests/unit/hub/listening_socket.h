#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <stdexcept>

#include "base/file_descriptor.h"

namespace vit_embed {

/// A port of this machine where connections come about; what is said there is up to its owner.
struct ListeningSocket {
  FileDescriptor socket{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"};
  std::uint16_t port = listen();

 private:
  std::uint16_t listen() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(socket.get(), generic, size) != 0 || ::listen(socket.get(), 8) != 0 ||
        ::getsockname(socket.get(), generic, &size) != 0) {
      throw std::runtime_error("no port");
    }
    return ntohs(address.sin_port);
  }
};

}  // namespace vit_embed
