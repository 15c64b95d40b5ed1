// Package cmp holds the cryptographic materials providers: they give the item
// encryptor of package crypto the keys for each item, and tell it by the item's
// material description which keys to look for again.
//
//	wrapping, err := cmp.NewAESKey(aesKey)                // 32 random bytes
//	signing, err := cmp.NewHMACKey("HmacSHA256", hmacKey) // 32 others
//	provider, err := cmp.NewWrapped(cmp.WrappedKeys{Wrapping: wrapping, Signing: signing})
//	encryptor := crypto.NewEncryptor(provider)
//
// [NewKMS] makes a provider whose keys AWS KMS holds, [NewMostRecent] one that keeps
// keys of a [ProviderStore] in memory for a while, and [NewWrapped] one for keys that
// the program has. [ParseSigningKey] and its sisters [ParseVerificationKey],
// [ParseWrappingKey] and [ParseUnwrappingKey] read keys in DER or PEM; package
// keystore has them in files with aliases.
//
// # Choosing a provider
//
// [KMS] has a data key of its own from AWS KMS for each item, and binds it to the
// table and the key attributes: the strongest protection, and one call of KMS for
// each item that is written or read.
//
// [MostRecent] makes few calls, however many items there are: it takes Wrapped
// providers from a store, such as package metastore's table that KMS protects, and
// asks again after a time to live. It follows rotations by itself. docs/providers.md
// compares them.
//
// [Wrapped] encrypts each item under a content key of its own and stores that key
// in the item, wrapped. Wrap by AES if writers and readers are equally trusted.
// For writers that must not read, wrap by RSA: they get the public key, and only
// readers get the private one. RSA wrapping has a price. It does not authenticate
// the content key: the signature covers the encrypted values but not the wrapped
// key, so that whoever can write the item and knows the public key can exchange
// the wrapped key for one of theirs. The values still verify then, and decrypt to
// something else, which is almost always an [ErrCorrupt]. Wrapping by AES leaves
// only the keys of other items to exchange it for. Prefer it, or a wrapping key in
// a key management service.
//
// [NewAsymmetricStatic] is a Wrapped provider for an RSA key pair, under the name
// that it has in Java.
//
// [Static] uses the same keys for all items. It is for tests, and for data that
// was encrypted in this way.
//
// Items can be signed by HMAC, RSA or ECDSA. Whoever can verify an HMAC can also
// sign; with a key pair, readers get only the public key ([NewAsymmetricSigningKey],
// [NewAsymmetricVerificationKey]). Sign by other keys than those that encrypt.
//
// A provider may lack the keys that it is not asked for. A reader needs no
// wrapping key and no signing key, and a program that only verifies needs no key to
// unwrap. What is asked for and missing is an [ErrKeyUnavailable].
//
// # Calls of KMS
//
// The KMS provider tells KMS which key to decrypt with, and compares the key that KMS
// says it used, so that nobody else's key can be slipped in; [WithDecryptionKeys] is
// for retired keys, and for those that an alias stood for before. It does not retry:
// the client does. It is the one provider that has to ask for a key before the
// signature is verified, as the verification key comes from there too.
//
// # Keys elsewhere
//
// A provider takes keys as interfaces: [SigningKey], [VerificationKey],
// [EncryptionKey], [DecryptionKey], [WrappingKey] and [UnwrappingKey]. Implement
// them for keys in an HSM, behind PKCS #11 or in a service. A private key behind a
// crypto.Signer needs only [NewAsymmetricSigningKey]. The types of this package
// hold keys in memory, and no key or provider shows its secrets when it is printed,
// logged or marshaled. The content keys that Wrapped makes and unwraps are zeroed
// after use as far as Go allows: an AES cipher keeps its expanded key. An [HMACKey]
// is zeroed when the last reference to it is gone.
//
// # Failure classes
//
// Each error wraps exactly one of [ErrNotEncrypted], [ErrSignature],
// [ErrDescription], [ErrAlgorithm], [ErrKeyUnavailable], [ErrConfig] and
// [ErrCorrupt]; [FailureClass] tells which. A key of yours chooses the class by
// wrapping it, and everything else that it returns is an [ErrKeyUnavailable].
// Constructors fail with [ErrConfig]. Errors hold names and lengths, never keys or
// values, except for the causes that keys of yours return.
//
// # Compatibility
//
// Providers read what those of the same name in the Amazon DynamoDB Encryption
// Client for Java 2.0.3 and Python 3.3.0 write, and the other way round, but for
// this:
//   - The material description, which nobody signs, is compared with the
//     configuration and chooses nothing. What was not configured is an
//     [ErrAlgorithm], where Java takes any algorithm that its platform knows.
//   - HmacSHA1, and MD5 and SHA-1 with RSA, are not accepted. Short HMAC keys and
//     RSA keys under 2048 bits need [AllowWeakKeys]; RSA under 1024 bits is never
//     accepted.
//   - RSA PKCS #1 v1.5 unwraps only with [AllowPKCS1], and no key of this package
//     wraps by it.
//   - RSA OAEP is Java's: OAEPWithSHA-256AndMGF1Padding has MGF1 with SHA-1
//     ([WithWrapAlgorithm] has the others). Python knows no ECDSA signatures.
//   - amzn-ddb-env-alg is written as AES/256, where Java writes AES.
//   - KMS: the published clients let KMS decrypt data keys of any key; that takes
//     [AllowAnyKMSKey] here. Key attributes that are numbers enter the KMS encryption
//     context in the form in which DynamoDB returns them, and are read in that form
//     and in the one that they have.
//   - MostRecent: an item that names another material than the provider's is refused,
//     where those take the version alone. There is no grace period in which keys
//     are used beyond their time to live, as in Python.
package cmp
