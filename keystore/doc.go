// Package keystore takes wrapping and signing keys from a key store, by alias: a
// PKCS #12 file, as Java's keytool writes it, or a directory of PEM files. Keys can
// be rotated while programs run: the store follows its files, and items tell which
// aliases they were written under.
//
//	store, err := keystore.OpenPKCS12("keys.p12", password)
//	provider, err := keystore.NewProvider(store, keystore.Aliases{Wrapping: "enc-2026", Signing: "sig-2026"},
//		keystore.WithPrevious(keystore.Aliases{Wrapping: "enc-2025", Signing: "sig-2025"}))
//	encryptor := crypto.NewEncryptor(provider)
//
// [OpenPKCS12] and [OpenPEMDir] say which entries they read. A [Store] also gives
// its keys to other providers: [Store.WrappingKey] and its sisters.
//
// # Rotation
//
// A [Provider] encrypts under one pair of aliases and writes their names into the
// material description. To rotate: add the new keys to the store, let every reader
// have the new pair in [WithPrevious], then make it the current pair of the
// writers, with the old pair among the previous ones. Items of the old pair open
// until the pair is taken out.
//
// The description is not signed, so it chooses only among the pairs that were
// given. A store may hold more: certificates of others, keys of other programs,
// keys that are no longer trusted. Those are never used, and an item that names
// them is a [cmp.ErrKeyUnavailable].
//
// Items that name no aliases were written by other means: by [cmp.NewWrapped], or
// by Java's KeyStoreMaterialsProvider with an RSA entry. They open under the
// current pair, or under that of [WithUnnamed].
//
// # Reloading
//
// A store looks whether its files changed when keys are asked for, at most once a
// second ([WithCheckInterval]), by their names, sizes and times. What it loads
// replaces all keys at once. Files that cannot be loaded change nothing: the store
// warns by slog and [Store.Err] tells, until they can. Replace files by renaming
// new ones to their names, so that no reader finds half of one.
//
// # PKCS #12 and JKS
//
// The password protects a file only as far as nobody can guess it. Whoever knows
// it can also change the file.
//
// JKS files are not read. Convert them once; Java itself has written PKCS #12 by
// default since Java 9:
//
//	keytool -importkeystore -srckeystore old.jks -destkeystore keys.p12 -deststoretype pkcs12
//
// # Compared with Java
//
// Java's KeyStoreMaterialsProvider takes RSA entries as this package does, and
// writes no aliases, so that it opens only what its one pair of aliases wrote. A
// secret key it uses to encrypt the values themselves: read such items by
// [Store.AESKey] and [cmp.NewStatic]. Its entries can have passwords of their own,
// which are not supported here.
package keystore
