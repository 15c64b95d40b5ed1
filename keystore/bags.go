package keystore

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/pbkdf2"
	"crypto/sha1" // of the oldest files that are read
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"hash"
	"slices"
	"unicode/utf16"

	"github.com/ddbcrypt/ddbcrypt/cmp"
)

// The PKCS #12 library authenticates files that hold Java's secret keys and
// trusted certificates, but then refuses to return anything of them. This file
// takes the same files apart (RFC 7292 §4), as far as Java since 2021 and OpenSSL 3
// write them: encrypted by PBES2 with AES-CBC.

var (
	oidData          = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}
	oidEncryptedData = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 6}
	oidKeyBag        = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 10, 1, 2} // encrypted PKCS #8
	oidCertBag       = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 10, 1, 3}
	oidSecretBag     = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 10, 1, 5}
	oidFriendlyName  = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 20}
	oidX509          = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 22, 1}
	oidTrustedUsage  = asn1.ObjectIdentifier{2, 16, 840, 1, 113894, 746875, 1, 1} // Java's mark of a trusted certificate
	oidPBES2         = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 13}
	oidPBKDF2        = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 12}
)

type pfx struct {
	Version  int
	AuthSafe contentInfo
	MAC      asn1.RawValue `asn1:"optional"`
}

type contentInfo struct {
	Type    asn1.ObjectIdentifier
	Content asn1.RawValue // explicit tag 0
}

type encryptedData struct {
	Version int
	Content struct {
		Type      asn1.ObjectIdentifier
		Algorithm pkix.AlgorithmIdentifier
		Data      []byte `asn1:"tag:0"`
	}
}

type safeBag struct {
	ID         asn1.ObjectIdentifier
	Value      asn1.RawValue // explicit tag 0
	Attributes []struct {
		ID     asn1.ObjectIdentifier
		Values asn1.RawValue
	} `asn1:"set,optional"`
}

// typedValue is a certificate or a secret key in its bag.
type typedValue struct {
	ID   asn1.ObjectIdentifier
	Data []byte `asn1:"tag:0,explicit"`
}

type encryptedKey struct {
	Algorithm pkix.AlgorithmIdentifier
	Data      []byte
}

var errNotDER = errors.New("it is not the DER of a PKCS #12 file")

// decode does not wrap the decoder's error, and wants data to be used up.
func decode(data []byte, value any) error {
	if rest, err := asn1.Unmarshal(data, value); err != nil || len(rest) > 0 {
		return errNotDER
	}
	return nil
}

// readBags returns the entries of a file that was authenticated.
func readBags(data []byte, password string) (entries, error) {
	var file pfx
	var contents []contentInfo
	if err := errors.Join(decode(data, &file), decodeOctets(file.AuthSafe.Content.Bytes, &contents)); err != nil {
		return nil, errNotDER
	}
	all := make(entries)
	for _, content := range contents {
		bags, err := contentBags(content, password)
		if err != nil {
			return nil, err
		}
		for _, bag := range bags {
			if err := all.addBag(bag, password); err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}

// decodeOctets decodes what an octet string holds.
func decodeOctets(data []byte, value any) error {
	var octets []byte
	if err := decode(data, &octets); err != nil {
		return err
	}
	return decode(octets, value)
}

func contentBags(content contentInfo, password string) (bags []safeBag, err error) {
	switch {
	case content.Type.Equal(oidData):
		return bags, decodeOctets(content.Content.Bytes, &bags)
	case content.Type.Equal(oidEncryptedData):
		var encrypted encryptedData
		if err := decode(content.Content.Bytes, &encrypted); err != nil {
			return nil, err
		}
		plain, err := decryptPBES2(encrypted.Content.Algorithm, encrypted.Content.Data, password)
		if err != nil {
			return nil, err
		}
		return bags, decode(plain, &bags)
	}
	return nil, fmt.Errorf("a content of type %v is not supported", content.Type)
}

// addBag adds the entry of one bag, if it is one. Certificates that Java does not
// trust belong to private keys or to their issuers.
func (all entries) addBag(bag safeBag, password string) error {
	alias, trusted, err := bag.attributes()
	if err != nil || alias == "" || bag.ID.Equal(oidCertBag) && !trusted {
		return err
	}
	var e entry
	switch {
	case bag.ID.Equal(oidKeyBag):
		e, err = readPrivateKey(bag.Value.Bytes, password)
	case bag.ID.Equal(oidSecretBag):
		e, err = readSecretKey(bag.Value.Bytes, password)
	case bag.ID.Equal(oidCertBag):
		e, err = readCertificate(bag.Value.Bytes)
	default:
		e = entry{detail: "bag " + bag.ID.String()}
	}
	if err != nil {
		return fmt.Errorf("alias %q: %w", alias, err)
	}
	return all.add(alias, e)
}

func (b safeBag) attributes() (alias string, trusted bool, err error) {
	for _, attribute := range b.Attributes {
		switch {
		case attribute.ID.Equal(oidTrustedUsage):
			trusted = true
		case attribute.ID.Equal(oidFriendlyName):
			var text asn1.RawValue
			if err := decode(attribute.Values.Bytes, &text); err != nil || text.Tag != asn1.TagBMPString || len(text.Bytes)%2 != 0 {
				return "", false, errNotDER
			}
			units := make([]uint16, 0, len(text.Bytes)/2)
			for pair := range slices.Chunk(text.Bytes, 2) {
				units = append(units, uint16(pair[0])<<8|uint16(pair[1]))
			}
			alias = string(utf16.Decode(units))
		}
	}
	return alias, trusted, nil
}

func readPrivateKey(der []byte, password string) (entry, error) {
	pkcs8, err := decryptKey(der, password)
	if err != nil {
		return entry{}, err
	}
	e, err := newAsymmetric(cmp.DER, pkcs8)
	if err != nil {
		return entry{detail: "a private key that is neither RSA nor EC"}, nil
	}
	return e, nil
}

func readCertificate(der []byte) (entry, error) {
	var certificate typedValue
	if err := decode(der, &certificate); err != nil || !certificate.ID.Equal(oidX509) {
		return entry{detail: "a certificate that is not X.509"}, nil
	}
	e, err := newAsymmetric(cmp.PEM, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Data}))
	if err != nil {
		return entry{detail: "a certificate of a key that is neither RSA nor EC"}, nil
	}
	return e, nil
}

// secretAlgorithms are those that Java writes for secret keys.
var secretAlgorithms = map[string]struct {
	kind      kind
	algorithm string
}{
	"2.16.840.1.101.3.4.1": {kindAES, ""},
	"1.2.840.113549.2.8":   {kindHMAC, "HmacSHA224"},
	"1.2.840.113549.2.9":   {kindHMAC, "HmacSHA256"},
	"1.2.840.113549.2.10":  {kindHMAC, "HmacSHA384"},
	"1.2.840.113549.2.11":  {kindHMAC, "HmacSHA512"},
}

// readSecretKey knows that Java encrypts a secret key as if it were private.
func readSecretKey(der []byte, password string) (entry, error) {
	var secret typedValue
	if err := decode(der, &secret); err != nil || !secret.ID.Equal(oidKeyBag) {
		return entry{detail: "a secret that is not Java's secret key"}, nil
	}
	pkcs8, err := decryptKey(secret.Data, password)
	if err != nil {
		return entry{}, err
	}
	defer clear(pkcs8)
	var key struct {
		Version   int
		Algorithm pkix.AlgorithmIdentifier
		Key       []byte
	}
	if err := decode(pkcs8, &key); err != nil {
		return entry{}, err
	}
	algorithm, ok := secretAlgorithms[key.Algorithm.Algorithm.String()]
	if !ok {
		return entry{detail: "a secret key for algorithm " + key.Algorithm.Algorithm.String()}, nil
	}
	return newSymmetric(algorithm.kind, algorithm.algorithm, key.Key)
}

func decryptKey(der []byte, password string) ([]byte, error) {
	var key encryptedKey
	if err := decode(der, &key); err != nil {
		return nil, err
	}
	return decryptPBES2(key.Algorithm, key.Data, password)
}

var prfs = map[string]func() hash.Hash{
	"":                    sha1.New, // RFC 8018 §A.2
	"1.2.840.113549.2.7":  sha1.New,
	"1.2.840.113549.2.9":  sha256.New,
	"1.2.840.113549.2.10": sha512.New384,
	"1.2.840.113549.2.11": sha512.New,
}

var aesCBCKeySizes = map[string]int{
	"2.16.840.1.101.3.4.1.2":  16,
	"2.16.840.1.101.3.4.1.22": 24,
	"2.16.840.1.101.3.4.1.42": 32,
}

var errOldEncryption = errors.New("it is not encrypted by AES; convert it by keytool -importkeystore of a newer Java")

// maxIterations bounds the time that one entry takes to a few seconds. Java uses
// 10,000.
const maxIterations = 10_000_000

// decryptPBES2 decrypts by RFC 8018 §6.2: PBKDF2 and AES-CBC.
func decryptPBES2(algorithm pkix.AlgorithmIdentifier, data []byte, password string) ([]byte, error) {
	var scheme struct{ Derivation, Cipher pkix.AlgorithmIdentifier }
	var derivation struct {
		Salt       []byte
		Iterations int
		KeySize    int                      `asn1:"optional"`
		PRF        pkix.AlgorithmIdentifier `asn1:"optional"`
	}
	var iv []byte
	if !algorithm.Algorithm.Equal(oidPBES2) {
		return nil, errOldEncryption
	}
	if err := decode(algorithm.Parameters.FullBytes, &scheme); err != nil {
		return nil, err
	}
	size := aesCBCKeySizes[scheme.Cipher.Algorithm.String()]
	if size == 0 || !scheme.Derivation.Algorithm.Equal(oidPBKDF2) {
		return nil, errOldEncryption
	}
	if err := errors.Join(decode(scheme.Derivation.Parameters.FullBytes, &derivation), decode(scheme.Cipher.Parameters.FullBytes, &iv)); err != nil {
		return nil, errNotDER
	}
	if derivation.Iterations < 1 || derivation.Iterations > maxIterations {
		return nil, fmt.Errorf("its iteration count is not 1 to %d", maxIterations)
	}
	prf := prfs[derivation.PRF.Algorithm.String()]
	if prf == nil {
		return nil, errOldEncryption
	}
	key, err := pbkdf2.Key(prf, password, derivation.Salt, derivation.Iterations, size)
	if err != nil {
		return nil, err
	}
	defer clear(key)
	return decryptCBC(key, iv, data)
}

func decryptCBC(key, iv, data []byte) ([]byte, error) {
	block, err := aes.NewCipher(key)
	if err != nil || len(iv) != aes.BlockSize || len(data) == 0 || len(data)%aes.BlockSize != 0 {
		return nil, errNotDER
	}
	plain := make([]byte, len(data))
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(plain, data)
	padding := int(plain[len(plain)-1])
	if padding == 0 || padding > aes.BlockSize {
		return nil, errors.New("an entry has another password than the file")
	}
	return plain[:len(plain)-padding], nil
}
