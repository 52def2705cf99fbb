#include "world/real_certificates.hpp"

#include <arpa/inet.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include "world/ensure.hpp"

namespace world {
namespace {

constexpr long kDay = 86'400;  // s
constexpr long kValidDays = 30;
constexpr std::size_t kCommonNameMax = 64;

struct Span {  // of validity, in days from now
  long from = -1;
  long to = kValidDays;
};

void add_extension(X509& certificate, X509* issuer, int id, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, &certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, id, value.c_str());
  ENSURE(extension != nullptr, "an extension of a certificate cannot be made");
  X509_add_ext(&certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

X509Certificate blank(EVP_PKEY& key, const std::string& common_name, Span valid) {
  X509Certificate made(X509_new(), X509_free);
  X509_set_version(made.get(), X509_VERSION_3);
  std::uint64_t serial = 0;
  RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof(serial));
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(made.get()), serial >> 1);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), valid.from * kDay);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), valid.to * kDay);
  X509_set_pubkey(made.get(), &key);
  const std::string name = common_name.substr(0, kCommonNameMax);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(made.get()), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  return made;
}

void sign(X509& certificate, X509& issuer, EVP_PKEY& issuer_key) {
  X509_set_issuer_name(&certificate, X509_get_subject_name(&issuer));
  add_extension(certificate, &issuer, NID_subject_key_identifier, "hash");
  const int size = X509_sign(&certificate, &issuer_key, EVP_sha256());
  ENSURE(size > 0, "a certificate cannot be signed");
}

Key new_key() {
  Key key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  ENSURE(key != nullptr, "OpenSSL makes no keys");
  return key;
}

Identity make_authority(const std::string& name) {
  Identity made;
  made.key = new_key();
  made.certificate = blank(*made.key, name, Span());
  add_extension(*made.certificate, nullptr, NID_basic_constraints, "critical,CA:TRUE");
  add_extension(*made.certificate, nullptr, NID_key_usage, "critical,keyCertSign,cRLSign");
  sign(*made.certificate, *made.certificate, *made.key);
  return made;
}

const Identity& stranger() {
  static const Identity made = make_authority("Authority that nobody trusts");
  return made;
}

bool is_address(const std::string& name) {
  unsigned char room[16];
  return ::inet_pton(AF_INET, name.c_str(), room) == 1 ||
         ::inet_pton(AF_INET6, name.c_str(), room) == 1;
}

// Names go into the configuration language of extensions, where a comma would end one.
std::string alternatives(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    const bool usual = name.find_first_of(",\n\\") == std::string::npos;
    ENSURE(usual, "the name of a host has a character that cannot stand in a certificate");
    text += (text.empty() ? "" : ",") + std::string(is_address(name) ? "IP:" : "DNS:") + name;
  }
  return text;
}

}  // namespace

const Identity& authority() {
  static const Identity made = make_authority("Shakedown test authority");
  return made;
}

Identity make_identity(Certificate kind, const std::vector<std::string>& names) {
  std::vector<std::string> all{"localhost", "127.0.0.1", "::1"};
  all.insert(all.end(), names.begin(), names.end());
  if (kind == Certificate::wrong_host) all = {"another-host.invalid"};
  Span valid;
  if (kind == Certificate::expired) valid = Span{-kValidDays, -1};

  Identity made;
  made.key = new_key();
  made.certificate = blank(*made.key, all.back(), valid);
  add_extension(*made.certificate, nullptr, NID_basic_constraints, "critical,CA:FALSE");
  add_extension(*made.certificate, nullptr, NID_key_usage, "critical,digitalSignature");
  add_extension(*made.certificate, nullptr, NID_ext_key_usage, "serverAuth");
  add_extension(*made.certificate, nullptr, NID_subject_alt_name, alternatives(all));
  const Identity& signer = kind == Certificate::self_signed ? made
                           : kind == Certificate::unknown_ca ? stranger()
                                                             : authority();
  sign(*made.certificate, *signer.certificate, *signer.key);
  return made;
}

std::string pem_of(const X509& certificate) {
  BIO* memory = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(memory, &certificate);
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory, &data);
  const std::string pem(data, static_cast<std::size_t>(size));
  BIO_free(memory);
  return pem;
}

}  // namespace world
