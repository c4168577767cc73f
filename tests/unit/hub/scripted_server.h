#pragma once

#include <arpa/inet.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "listening_socket.h"

namespace vit_embed {

struct OpensslFree {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL* connection) const { SSL_free(connection); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};

/// A key and a certificate that 127.0.0.1 has given itself.
class SelfSigned {
 public:
  SelfSigned() : key_(EVP_EC_gen("P-256")), certificate_(X509_new()) {
    X509* c = certificate_.get();
    X509_set_version(c, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(c), 1);
    X509_gmtime_adj(X509_getm_notBefore(c), -60);
    X509_gmtime_adj(X509_getm_notAfter(c), 3600);
    X509_NAME* name = X509_get_subject_name(c);
    const auto* text = reinterpret_cast<const unsigned char*>("127.0.0.1");
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, text, -1, -1, 0);
    X509_set_issuer_name(c, name);
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "IP:127.0.0.1");
    X509_add_ext(c, extension, -1);
    X509_EXTENSION_free(extension);
    X509_set_pubkey(c, key_.get());
    if (X509_sign(c, key_.get(), EVP_sha256()) == 0) throw std::runtime_error("X509_sign");
  }

  void write_certificate(const std::string& path) const {
    const std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen(path.c_str(), "w"), &std::fclose);
    if (!file || PEM_write_X509(file.get(), certificate_.get()) != 1)
      throw std::runtime_error("PEM_write_X509");
  }

  std::unique_ptr<SSL_CTX, OpensslFree> make_context() const {
    std::unique_ptr<SSL_CTX, OpensslFree> context(SSL_CTX_new(TLS_server_method()));
    SSL_CTX_use_certificate(context.get(), certificate_.get());
    SSL_CTX_use_PrivateKey(context.get(), key_.get());
    return context;
  }

 private:
  std::unique_ptr<EVP_PKEY, OpensslFree> key_;
  std::unique_ptr<X509, OpensslFree> certificate_;
};

/// A server of this machine that says what a test wants said: one answer a connection, then it hangs up.
class ScriptedServer {
 public:
  /// Sends a piece of an answer; false once nobody listens any more.
  using Send = std::function<bool(const std::string& piece)>;
  using Script = std::function<void(const std::string& request, const Send& send)>;

  /// With a certificate it speaks https.
  explicit ScriptedServer(Script script, const SelfSigned* certificate = nullptr)
      : script_(std::move(script)), context_(certificate != nullptr ? certificate->make_context() : nullptr) {
    url_ = fmt::format("{}://127.0.0.1:{}", context_ ? "https" : "http", listening_.port);
    thread_ = std::jthread([this] { serve(); });
  }
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;
  ~ScriptedServer() { ::shutdown(listening_.socket.get(), SHUT_RDWR); }

  /// Without a slash at its end.
  const std::string& url() const { return url_; }
  /// The heads of the requests so far.
  std::vector<std::string> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  void serve() {
    // OpenSSL writes to who has hung up, too, and its writes have no MSG_NOSIGNAL.
    sigset_t broken_pipe;
    sigemptyset(&broken_pipe);
    sigaddset(&broken_pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
    for (int fd; (fd = ::accept4(listening_.socket.get(), nullptr, nullptr, SOCK_CLOEXEC)) >= 0;) {
      const FileDescriptor connection(fd, "connection");
      const std::unique_ptr<SSL, OpensslFree> tls(context_ ? SSL_new(context_.get()) : nullptr);
      if (tls) {
        SSL_set_fd(tls.get(), fd);
        if (SSL_accept(tls.get()) != 1) continue;
      }
      answer(fd, tls.get());
      if (tls) SSL_shutdown(tls.get());
    }
  }

  void answer(int fd, SSL* tls) {
    std::string request;
    char c = 0;
    while (!request.ends_with("\r\n\r\n")) {
      if ((tls != nullptr ? SSL_read(tls, &c, 1) : static_cast<int>(::recv(fd, &c, 1, 0))) != 1) return;
      request += c;
    }
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(request);
    }
    script_(request, [&](const std::string& piece) {
      const int size = static_cast<int>(piece.size());
      return (tls != nullptr
                  ? SSL_write(tls, piece.data(), size)
                  : static_cast<int>(::send(fd, piece.data(), piece.size(), MSG_NOSIGNAL))) == size;
    });
  }

  Script script_;
  std::unique_ptr<SSL_CTX, OpensslFree> context_;
  ListeningSocket listening_;
  std::string url_;
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  std::jthread thread_;  // the last: it uses all the others
};

/// What a server says that sends elsewhere.
inline ScriptedServer::Script redirect_to(std::function<std::string()> url) {
  return [url = std::move(url)](const std::string&, const ScriptedServer::Send& send) {
    send("HTTP/1.1 302 Found\r\nContent-Length: 0\r\nConnection: close\r\nLocation: " + url() + "\r\n\r\n");
  };
}

/// What a server says that has the file.
inline ScriptedServer::Script answer_with(std::string body) {
  return [body = std::move(body)](const std::string&, const ScriptedServer::Send& send) {
    send(fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}", body.size(),
                     body));
  };
}

/// What a server says that never ends; the length is not said before.
inline ScriptedServer::Script answer_without_end(std::string status) {
  return [status = std::move(status)](const std::string&, const ScriptedServer::Send& send) {
    send("HTTP/1.1 " + status + "\r\nConnection: close\r\n\r\n");
    const std::string piece(1 << 16, 'x');
    // Not truly endless: a client that took it all should fail its test, and end.
    for (int i = 0; i < 4096 && send(piece); ++i) continue;
  };
}

}  // namespace vit_embed
