package cmp

import (
	"bytes"
	"context"
	"crypto/elliptic"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/internal/memkms"
)

// leaks are the texts that give a secret away: each run of a few bytes of it, in
// every form in which programs print bytes.
type leaks []string

func leaksOf(secrets ...[]byte) leaks {
	const run = 6
	var all leaks
	list := func(format, between string, data []byte) {
		texts := make([]string, len(data))
		for i, b := range data {
			texts[i] = fmt.Sprintf(format, b)
		}
		all = append(all, strings.Join(texts, between))
	}
	for _, secret := range secrets {
		for at := 0; at+run <= len(secret); at++ {
			part := secret[at : at+run]
			all = append(all, string(part), hex.EncodeToString(part), strings.ToUpper(hex.EncodeToString(part)))
			list("%d", " ", part)
			list("%d", ", ", part)
			list("%d", ",", part)
			list("%#x", ", ", part)
			list("%02x", " ", part)
			list("\\x%02x", "", part)
		}
		for at := 0; at+run < len(secret); at += 3 { // base64 in its three positions
			for shift := range 3 {
				if end := at + shift + run; end <= len(secret) {
					all = append(all, base64.StdEncoding.EncodeToString(secret[at+shift:end]), base64.URLEncoding.EncodeToString(secret[at+shift:end]))
				}
			}
		}
		for at := 0; at+8 <= len(secret); at += 4 { // the words of an expanded AES key
			for _, order := range []binary.ByteOrder{binary.BigEndian, binary.LittleEndian} {
				all = append(all, fmt.Sprint(order.Uint32(secret[at:]))+" "+fmt.Sprint(order.Uint32(secret[at+4:])))
			}
			all = append(all, fmt.Sprint(binary.LittleEndian.Uint64(secret[at:])))
		}
		digits := new(big.Int).SetBytes(secret).String()
		for at := 0; at+20 <= len(digits); at++ {
			all = append(all, digits[at:at+20])
		}
	}
	return all
}

func (l leaks) in(text string) bool {
	for _, leak := range l {
		if strings.Contains(text, leak) {
			return true
		}
	}
	return false
}

type box[T any] struct {
	Public  T
	private T
}

// places puts v where programs have it when they print more than it.
func places[T any](v *T) map[string]any {
	return map[string]any{
		"itself":                      v,
		"its value":                   *v,
		"behind a pointer":            &v,
		"in fields":                   box[*T]{v, v},
		"its value in fields":         box[T]{*v, *v},
		"behind a pointer, in fields": &box[*T]{v, v},
		"its value behind a pointer":  &box[T]{*v, *v},
		"in fields of any type":       box[any]{v, v},
		"its value in any type":       &box[any]{*v, *v},
		"in fields of fields":         &box[box[*T]]{box[*T]{v, v}, box[*T]{v, v}},
		"in a slice":                  []*T{v, v},
		"its value in a slice":        []T{*v},
		"in an array of any":          [2]any{v, *v},
		"in a map":                    map[string]*T{"key": v},
		"its value in a map":          map[string]T{"key": *v},
		"as the key of a map":         map[*T]bool{v: true},
		"in a slice in a field":       box[[]any]{[]any{v, *v}, []any{v, *v}},
	}
}

var formats = func() []string {
	formats := []string{"%p", "%T", "%+v", "%#v", "% x", "%#x", "% X", "%#X", "%+q", "%#q", "%08d", "%-40v", "%+d", "%.3s", "%6.2f", "%[1]v", "%*v", "%!"}
	for _, verb := range "vsqxXdobcUteEfFgGOwz" {
		formats = append(formats, "%"+string(verb))
	}
	return formats
}()

// prints returns what the ways to print give for v, by their names.
func prints(v any) map[string]string {
	out := map[string]string{"Sprint": fmt.Sprint(v), "Sprintln": fmt.Sprintln(v), "Errorf": fmt.Errorf("error: %v", v).Error()}
	for _, format := range formats {
		out[format] = fmt.Sprintf(format, v)
	}
	for _, indent := range []string{"", "\t"} {
		data, err := json.MarshalIndent(v, "", indent)
		out["json"+indent] = fmt.Sprintf("%s %v", data, err)
	}
	var log bytes.Buffer
	options := &slog.HandlerOptions{Level: slog.LevelDebug}
	for name, handler := range map[string]slog.Handler{"slog text": slog.NewTextHandler(&log, options), "slog json": slog.NewJSONHandler(&log, options)} {
		log.Reset()
		logger := slog.New(handler)
		logger.Info("message", "key", v)
		logger.WithGroup("group").With("key", v).Warn("message", slog.Group("inner", "key", v), "values", []any{v})
		out[name] = log.String()
	}
	return out
}

func checkSecret[T any](name string, l leaks, v *T) func(*testing.T) {
	return func(t *testing.T) {
		for place, value := range places(v) {
			for way, text := range prints(value) {
				if l.in(text) {
					assert.Fail(t, "the key is printed", "%s %s by %s", name, place, way)
				}
			}
		}
	}
}

// kmsSecrets are a KMS provider in use, and what it must not print.
type kmsSecrets struct {
	provider   *KMS
	encryption *EncryptionMaterials
	decryption *DecryptionMaterials
	err        *KMSError
	secrets    [][]byte // data key, derived keys, AWS credentials
}

func newKMSSecrets(t *testing.T) kmsSecrets {
	double := memkms.New()
	secret := hex.EncodeToString(randomBytes(20))
	config := aws.Config{Region: "eu-west-1", HTTPClient: double, Credentials: credentials.NewStaticCredentialsProvider("id", secret, secret)}
	provider, err := NewKMSFromConfig(config, double.CreateKey("eu-west-1"))
	require.NoError(t, err)
	encryption, err := provider.EncryptionMaterials(t.Context(), testRequest())
	require.NoError(t, err)
	decryption, err := provider.DecryptionMaterials(t.Context(), decryptionRequest(t, encryption.Description))
	require.NoError(t, err)
	contentKey, err := decryption.DecryptionKey(t.Context())
	require.NoError(t, err)
	assert.NotNil(t, contentKey)

	ciphertext, ok := decodeWrappedKey(encryption.Description[DescriptionContentKey])
	require.True(t, ok)
	opened, err := kms.NewFromConfig(config).Decrypt(t.Context(), &kms.DecryptInput{CiphertextBlob: ciphertext, EncryptionContext: double.Calls()[0].EncryptionContext})
	require.NoError(t, err)
	keys := [][]byte{opened.Plaintext, []byte(secret)}
	for _, info := range []string{encryptionInfo, signingInfo} {
		key, err := hkdf.Key(sha256.New, opened.Plaintext, nil, info, 32)
		require.NoError(t, err)
		keys = append(keys, key)
	}
	double.Inject(func(memkms.Request) memkms.Fault { return memkms.Fault{KeyID: "another"} })
	_, err = provider.DecryptionMaterials(t.Context(), decryptionRequest(t, encryption.Description))
	refusal, ok := errors.AsType[*KMSError](err)
	require.True(t, ok)
	return kmsSecrets{provider, encryption, decryption, refusal, keys}
}

// oneVersion is a store with one provider.
type oneVersion struct{ provider Provider }

func (s oneVersion) MaxVersion(context.Context, string) (int64, error) { return 0, nil }
func (s oneVersion) Provider(context.Context, string, int64) (Provider, error) {
	return s.provider, nil
}
func (s oneVersion) GetOrCreateProvider(context.Context, string, int64) (Provider, error) {
	return s.provider, nil
}
func (s oneVersion) VersionFromDescription(string, MaterialDescription) (int64, error) { return 0, nil }

func TestSecretsAreNotPrinted(t *testing.T) {
	content, signing := randomBytes(32), randomBytes(32)
	aes, err := NewAESKey(content)
	require.NoError(t, err)
	mac, err := NewHMACKey("HmacSHA256", signing)
	require.NoError(t, err)
	r, curve := rsa2048(), newECDSA(t, elliptic.P256())
	curveSecret, err := curve.Bytes()
	require.NoError(t, err)
	viaRSA, viaCurve := newSigner(t, "SHA256withRSA", r), newSigner(t, "SHA256withECDSA", curve)
	public, private := newRSAPair(t, r)
	staticKeys := StaticKeys{Encryption: aes, Decryption: aes, Signing: viaRSA, Verification: mac}
	wrappedKeys := WrappedKeys{Wrapping: aes, Unwrapping: private, Signing: viaCurve, Verification: mac}
	static, err := NewStatic(staticKeys)
	require.NoError(t, err)
	wrapped, err := NewWrapped(wrappedKeys)
	require.NoError(t, err)
	asymmetric, err := NewAsymmetricStatic(r, mac)
	require.NoError(t, err)
	encryption, err := static.EncryptionMaterials(t.Context(), testRequest())
	require.NoError(t, err)
	decryption, err := static.DecryptionMaterials(t.Context(), DecryptionRequest{})
	require.NoError(t, err)

	underKMS := newKMSSecrets(t)
	mostRecent, err := NewMostRecent(oneVersion{newWrapped(t, WrappedKeys{Wrapping: aes, Signing: mac})}, "material", time.Hour)
	require.NoError(t, err)
	require.NoError(t, transfer(t, mostRecent, mostRecent))

	l := leaksOf(content, signing, r.D.Bytes(), r.Primes[0].Bytes(), r.Primes[1].Bytes(), curveSecret)
	ofKMS := leaksOf(underKMS.secrets...)
	t.Run("the search finds keys", func(t *testing.T) {
		for name, text := range map[string]string{
			"bytes": fmt.Sprint(struct{ key []byte }{content}), "Go syntax": fmt.Sprintf("%#v", content), "hex": fmt.Sprintf("%x", signing),
			"RSA": fmt.Sprint(r), "EC": fmt.Sprintf("%+v", curve), "EC as a number": fmt.Sprint(new(big.Int).SetBytes(curveSecret)),
			"JSON": prints(content)["json"], "log": prints(box[[]byte]{signing, signing})["slog json"], "expanded AES": fmt.Sprint(aes.Block()),
		} {
			assert.True(t, l.in(text), name)
		}
	})
	for name, check := range map[string]func(*testing.T){
		"AESKey":                            checkSecret("AESKey", l, aes),
		"HMACKey":                           checkSecret("HMACKey", l, mac),
		"AsymmetricSigningKey for RSA":      checkSecret("AsymmetricSigningKey", l, viaRSA),
		"AsymmetricSigningKey for ECDSA":    checkSecret("AsymmetricSigningKey", l, viaCurve),
		"AsymmetricVerificationKey for RSA": checkSecret("AsymmetricVerificationKey", l, viaRSA.VerificationKey().(*AsymmetricVerificationKey)),
		"RSAWrappingKey":                    checkSecret("RSAWrappingKey", l, public),
		"RSAUnwrappingKey":                  checkSecret("RSAUnwrappingKey", l, private),
		"StaticKeys":                        checkSecret("StaticKeys", l, &staticKeys),
		"WrappedKeys":                       checkSecret("WrappedKeys", l, &wrappedKeys),
		"Static":                            checkSecret("Static", l, static),
		"Wrapped":                           checkSecret("Wrapped", l, wrapped),
		"Asymmetric Static":                 checkSecret("Wrapped", l, asymmetric),
		"EncryptionMaterials":               checkSecret("EncryptionMaterials", l, encryption),
		"DecryptionMaterials":               checkSecret("DecryptionMaterials", l, decryption),
		"KMS":                               checkSecret("KMS", ofKMS, underKMS.provider),
		"EncryptionMaterials under KMS":     checkSecret("EncryptionMaterials", ofKMS, underKMS.encryption),
		"DecryptionMaterials under KMS":     checkSecret("DecryptionMaterials", ofKMS, underKMS.decryption),
		"KMSError":                          checkSecret("KMSError", ofKMS, underKMS.err),
		"MostRecent":                        checkSecret("MostRecent", l, mostRecent),
	} {
		t.Run(name+" prints nothing of its keys", check)
	}
	t.Run("keys say what they are", func(t *testing.T) {
		for want, key := range map[string]any{
			"[AES key]": aes, "[HMAC key]": mac, "[signing key]": viaRSA, "[verification key]": viaCurve.VerificationKey(),
			"[RSA wrapping key]": public, "[RSA unwrapping key]": private,
		} {
			for way, text := range prints(key) {
				switch way {
				case "%p", "%T", "%w", "json", "json\t", "%*v", "%!", "Errorf":
				default:
					assert.Contains(t, text, want, way)
				}
			}
		}
	})
	t.Run("errors quote no key material", func(t *testing.T) {
		der := pkcs8(t, r)
		for _, data := range [][]byte{content[:31], content, der, der[:len(der)-1], pemBlock("PRIVATE KEY", der[:100]), pemBlock("EC PRIVATE KEY", der)} {
			for _, parse := range parsers {
				for _, algorithm := range []string{"AES", "RSA", "HmacSHA1", "SHA256withECDSA"} {
					for _, encoding := range []Encoding{Raw, DER, PEM} {
						if _, err := parse(algorithm, encoding, data); err != nil {
							assert.False(t, l.in(err.Error()) || l.in(fmt.Sprintf("%#v", errors.Unwrap(err))))
						}
					}
				}
			}
		}
	})
}
