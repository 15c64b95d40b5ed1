package keystore

import (
	"bytes"
	"encoding/pem"
	"errors"
	"fmt"
	"os"

	"software.sslmate.com/src/go-pkcs12"

	"github.com/ddbcrypt/ddbcrypt/cmp"
)

// maxPKCS12 is the largest PKCS #12 file that is read, in bytes.
const maxPKCS12 = 4 << 20

// OpenPKCS12 opens a PKCS #12 file, as keytool and openssl write them. Its entries
// are the private RSA and EC keys, the certificates that Java trusts (keytool
// -importcert; only their public key is used) and the secret keys for AES and for
// HmacSHA224 to HmacSHA512 (keytool -genseckey), each under its alias, the
// friendlyName. Java stores aliases in lower case. Entries of other kinds have an
// alias but serve for nothing, and what has no alias is left out.
//
// The file is read again when it changes, so that a copy of the password stays in
// memory; the caller may zero its own. All keys have the password of the file,
// which must not be empty. A file that does not open is an [cmp.ErrConfig].
//
// A file that was encrypted by the algorithms of before 2021 opens if it holds
// nothing but private keys and their certificates; else convert it by keytool
// -importkeystore. That also makes PKCS #12 of a JKS file (see the package).
func OpenPKCS12(file string, password []byte, options ...Option) (*Store, error) {
	password = bytes.Clone(password)
	s, err := open(file, source{
		observe: func() ([]sourceFile, error) { return onlyFile(file) },
		load:    func() (entries, error) { return loadPKCS12(file, password) },
	}, options)
	if err != nil {
		clear(password)
	}
	return s, err
}

func onlyFile(name string) ([]sourceFile, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() { // to read a pipe might not end
		return nil, errors.New("it is not a regular file")
	}
	return []sourceFile{{name, info}}, nil
}

func loadPKCS12(name string, password []byte) (entries, error) {
	// Without a password the library also takes files that nothing authenticates.
	if len(password) == 0 {
		return nil, errors.New("the password is empty")
	}
	data, err := readFile(name, maxPKCS12)
	if err != nil {
		return nil, err
	}
	if err := checkFormat(data); err != nil {
		return nil, err
	}
	// The others of the library's functions return one private key, or
	// certificates without their aliases. What ToPEM is deprecated for, its wrong
	// labels, privateKeys puts right.
	//
	//lint:ignore SA1019 only ToPEM returns several keys with their aliases
	blocks, err := pkcs12.ToPEM(data, string(password))
	switch {
	case err == nil:
		return privateKeys(blocks)
	case errors.Is(err, pkcs12.ErrIncorrectPassword):
		return nil, errors.New("the password is wrong, or the file is damaged")
	case !isAuthentic(data, password):
		return nil, unreadable(err)
	}
	return readBags(data, string(password))
}

// javaMagic are the first bytes of Java's own formats, JKS and JCEKS.
var javaMagic = [][]byte{{0xfe, 0xed, 0xfe, 0xed}, {0xce, 0xce, 0xce, 0xce}}

// checkFormat refuses what is another file than PKCS #12.
func checkFormat(data []byte) error {
	for _, magic := range javaMagic {
		if bytes.HasPrefix(data, magic) {
			return errors.New("it is a JKS file; convert it by keytool -importkeystore with -deststoretype pkcs12")
		}
	}
	if decode(data, &pfx{}) != nil {
		return errors.New("it is no PKCS #12 file, or not a whole one")
	}
	return nil
}

// unreadable does not pass on the decoder's errors, which say nothing to operators.
func unreadable(err error) error {
	if _, known := errors.AsType[pkcs12.NotImplementedError](err); known {
		return fmt.Errorf("it is no PKCS #12 file that can be read: %w", err)
	}
	return errors.New("it is no PKCS #12 file that can be read: it is damaged, or no password protects it")
}

// isAuthentic reports whether the message authentication code of the file is right,
// after the library refused the file for another reason. The library checks the
// code before everything that depends on the password: if it comes as far as to
// find another password wrong, then it found the password right before.
func isAuthentic(data, password []byte) bool {
	//lint:ignore SA1019 it must be the same function
	_, err := pkcs12.ToPEM(data, string(password)+"x")
	return errors.Is(err, pkcs12.ErrIncorrectPassword)
}

// privateKeys leaves the certificates out: those that are trusted entries ToPEM
// does not return.
func privateKeys(blocks []*pem.Block) (entries, error) {
	all := make(entries)
	for _, block := range blocks {
		alias := block.Headers["friendlyName"]
		if block.Type != "PRIVATE KEY" || alias == "" {
			continue
		}
		e, err := relabel(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("alias %q: %w", alias, err)
		}
		if err := all.add(alias, e); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// relabel knows that ToPEM encodes keys as PKCS #1 or SEC 1.
func relabel(der []byte) (entry, error) {
	e, err := newAsymmetric(cmp.PEM, pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: der}))
	if err != nil {
		e, err = newAsymmetric(cmp.PEM, pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der}))
	}
	return e, err
}
