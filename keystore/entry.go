package keystore

import (
	"fmt"
	"strings"

	"github.com/ddbcrypt/ddbcrypt/cmp"
)

// kind is what an entry can be used for. A key of one kind never does the job of
// another.
type kind string

const (
	kindRSA         kind = "RSA"
	kindEC          kind = "EC"
	kindAES         kind = "AES"
	kindHMAC        kind = "HMAC"
	kindUnsupported kind = ""
)

// entry is the key of one alias, as package cmp parses it.
type entry struct {
	kind     kind
	private  bool   // of RSA and EC: not only the public half
	detail   string // of HMAC: the only algorithm, or empty; of kindUnsupported: what it is
	encoding cmp.Encoding
	data     func() []byte // holds the key: fmt does not look into functions
}

// newAsymmetric finds out what the key is; to be weak is no mistake before it is
// used.
func newAsymmetric(encoding cmp.Encoding, data []byte) (entry, error) {
	e := entry{kind: kindRSA, encoding: encoding, data: func() []byte { return data }}
	_, err := cmp.ParseVerificationKey(defaultAlgorithms[e.kind], encoding, data, cmp.AllowWeakKeys())
	if err != nil {
		e.kind = kindEC
		if _, ecErr := cmp.ParseVerificationKey(defaultAlgorithms[e.kind], encoding, data); ecErr != nil {
			return entry{}, fmt.Errorf("neither an RSA key (%w) nor an EC key (%w)", err, ecErr)
		}
	}
	_, err = cmp.ParseSigningKey(defaultAlgorithms[e.kind], encoding, data, cmp.AllowWeakKeys())
	e.private = err == nil
	return e, nil
}

// newSymmetric takes over the raw key. algorithm is the only one of an HMAC key,
// or empty if it may be any.
func newSymmetric(kind kind, algorithm string, raw []byte) (entry, error) {
	e := entry{kind: kind, detail: algorithm, encoding: cmp.Raw, data: func() []byte { return raw }}
	var err error
	if kind == kindAES {
		_, err = cmp.NewAESKey(raw)
	} else {
		_, err = cmp.NewHMACKey(e.defaultAlgorithm(), raw, cmp.AllowWeakKeys())
	}
	return e, err
}

var defaultAlgorithms = map[kind]string{kindRSA: "SHA256withRSA", kindEC: "SHA256withECDSA", kindHMAC: "HmacSHA256"}

func (e entry) defaultAlgorithm() string {
	if e.kind == kindHMAC && e.detail != "" {
		return e.detail
	}
	return defaultAlgorithms[e.kind]
}

// String tells what the entry is, for errors.
func (e entry) String() string {
	switch {
	case e.kind == kindUnsupported:
		return "an entry that is not supported (" + e.detail + ")"
	case e.kind == kindAES:
		return "an AES key"
	case e.kind == kindHMAC && e.detail != "":
		return "an " + e.detail + " key"
	case e.kind == kindHMAC:
		return "an HMAC key"
	case e.private:
		return "a private " + string(e.kind) + " key"
	}
	return "a public " + string(e.kind) + " key"
}

func (e entry) canSign() bool   { return e.kind == kindHMAC || e.private }
func (e entry) canUnwrap() bool { return e.kind == kindAES || e.private && e.kind == kindRSA }

// checkSigning refuses algorithms of another kind than the key's.
func (e entry) checkSigning(algorithm string) error {
	if e.kind == kindUnsupported || e.kind == kindAES {
		return fmt.Errorf("%v does not sign: %w", e, cmp.ErrConfig)
	}
	want := kindUnsupported
	switch {
	case strings.HasPrefix(algorithm, "Hmac"):
		want = kindHMAC
	case strings.HasSuffix(algorithm, "withRSA"):
		want = kindRSA
	case strings.HasSuffix(algorithm, "withECDSA"):
		want = kindEC
	}
	if want != e.kind || want == kindHMAC && e.detail != "" && e.detail != algorithm {
		return fmt.Errorf("%v does not sign with algorithm %q: %w", e, algorithm, cmp.ErrConfig)
	}
	return nil
}

func (e entry) wrappingKey(options []cmp.KeyOption) (cmp.WrappingKey, error) {
	if e.kind != kindAES && e.kind != kindRSA {
		return nil, fmt.Errorf("%v does not wrap; that takes an AES or RSA key: %w", e, cmp.ErrConfig)
	}
	return cmp.ParseWrappingKey(string(e.kind), e.encoding, e.data(), options...)
}

func (e entry) unwrappingKey(options []cmp.KeyOption) (cmp.UnwrappingKey, error) {
	if !e.canUnwrap() {
		return nil, fmt.Errorf("%v does not unwrap; that takes an AES key or a private RSA key: %w", e, cmp.ErrConfig)
	}
	return cmp.ParseUnwrappingKey(string(e.kind), e.encoding, e.data(), options...)
}

func (e entry) signingKey(algorithm string, options []cmp.KeyOption) (cmp.SigningKey, error) {
	if algorithm == "" {
		algorithm = e.defaultAlgorithm()
	}
	if err := e.checkSigning(algorithm); err != nil {
		return nil, err
	}
	if !e.canSign() {
		return nil, fmt.Errorf("%v does not sign; that takes the private key: %w", e, cmp.ErrConfig)
	}
	return cmp.ParseSigningKey(algorithm, e.encoding, e.data(), options...)
}

func (e entry) verificationKey(algorithm string, options []cmp.KeyOption) (cmp.VerificationKey, error) {
	if algorithm == "" {
		algorithm = e.defaultAlgorithm()
	}
	if err := e.checkSigning(algorithm); err != nil {
		return nil, err
	}
	return cmp.ParseVerificationKey(algorithm, e.encoding, e.data(), options...)
}
