package crypto_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
)

const (
	modeKey    = "amzn-ddb-map-sym-mode"
	signingKey = "amzn-ddb-map-signingAlg"
	oaepName   = "RSA/ECB/OAEPWithSHA-256AndMGF1Padding"
	absent     = "(absent)" // no value that anybody writes
)

// described is an item whose description the tests replace: it is not signed.
type described struct {
	setup
	table  crypto.TableEncryptor
	plain  crypto.Item
	sealed crypto.Item
}

func newDescribed(s setup, plain crypto.Item, actions crypto.Actions) described {
	table := s.table(users, actions)
	return described{s, table, plain, must(table.EncryptItem(context.Background(), plain))}
}

func (d described) description() cmp.MaterialDescription {
	return must(cmp.ParseMaterialDescription(stored(d.sealed, crypto.DefaultDescriptionAttribute)))
}

// saying returns the description with one entry set, or removed if it is absent.
func (d described) saying(key, value string) []byte {
	description := d.description()
	description[key] = value
	if value == absent {
		delete(description, key)
	}
	return must(description.Serialize())
}

func (d described) withDescription(b []byte) crypto.Item {
	return with(d.sealed, crypto.Item{crypto.DefaultDescriptionAttribute: bin(b...)})
}

func (d described) requireRefused(t *testing.T, class error, item crypto.Item) {
	t.Helper()
	d.counts.reset()
	plain, err := d.table.DecryptItem(context.Background(), item)
	requireClass(t, class, err)
	require.Nil(t, plain)
	requireClass(t, class, d.table.VerifyItem(context.Background(), item))
	require.Zero(t, d.counts.verified.Load(), "signatures were verified")
	require.Zero(t, d.counts.unwrapped.Load(), "keys were unwrapped")
	require.Zero(t, d.counts.decrypted.Load(), "blocks were decrypted")
}

func (d described) requireAccepted(t *testing.T, item crypto.Item) {
	t.Helper()
	plain, err := d.table.DecryptItem(context.Background(), item)
	require.NoError(t, err)
	require.Equal(t, d.plain, plain)
}

// listCase is a value of a description entry, and the class of its refusal or
// nil.
type listCase struct {
	value string
	class error
}

func refuse(class error, values ...string) []listCase {
	var all []listCase
	for _, v := range values {
		all = append(all, listCase{v, class})
	}
	return all
}

func (d described) runList(t *testing.T, key string, cases []listCase) {
	for _, c := range cases {
		t.Run(fmt.Sprintf("%s: %s is %q", d.name, key, c.value), func(t *testing.T) {
			item := d.withDescription(d.saying(key, c.value))
			if c.class == nil {
				d.requireAccepted(t, item)
			} else {
				d.requireRefused(t, c.class, item)
			}
		})
	}
}

func TestOneModeOfEncryptionIsAccepted(t *testing.T) {
	cases := append(refuse(crypto.ErrAlgorithm,
		"", "/", "/cbc/pkcs5padding", "/CBC/PKCS5PADDING", "/CBC/PKCS5Padding ", " /CBC/PKCS5Padding", "CBC/PKCS5Padding", "AES/CBC/PKCS5Padding",
		"/CBC/PKCS7Padding", "/CBC/NoPadding", "/CBC/ISO10126Padding", "/CBC/X9.23PADDING", "/CTS/NoPadding", "/CTR/NoPadding", "/ECB/PKCS5Padding",
		"/ECB/NoPadding", "/GCM/NoPadding", "/CFB/NoPadding", "/OFB/NoPadding", "/OFB8/PKCS5Padding", "/PCBC/PKCS5Padding", "/CBC", "/CBC/",
		"/CBC/PKCS5Padding/", "/CBC/PKCS5Padding\x00", "DES/CBC/PKCS5Padding", "/CBC/PKCS1Padding", "/KW/NoPadding", "/CBC/ＰKCS5Padding"),
		listCase{"/CBC/PKCS5Padding", nil}, listCase{absent, crypto.ErrDescription})
	for _, s := range []setup{staticHMAC(1), wrappedAES(1)} {
		newDescribed(s, user(), userActions).runList(t, modeKey, cases)
	}
	t.Run("it may be absent if nothing is encrypted", func(t *testing.T) {
		d := newDescribed(staticHMAC(1), crypto.Item{"id": str("x")}, userActions)
		d.runList(t, modeKey, []listCase{{absent, nil}, {"/ECB/PKCS5Padding", crypto.ErrAlgorithm}})
		d.requireAccepted(t, without(d.sealed, crypto.DefaultDescriptionAttribute))
	})
}

func TestOneSigningAlgorithmIsAccepted(t *testing.T) {
	algorithms := []string{"HmacSHA224", "HmacSHA256", "HmacSHA384", "HmacSHA512", "SHA224withRSA", "SHA256withRSA",
		"SHA384withRSA", "SHA512withRSA", "SHA224withECDSA", "SHA256withECDSA", "SHA384withECDSA", "SHA512withECDSA"}
	others := []string{"", "HmacSHA1", "HmacMD5", "hmacsha256", "HMACSHA256", "HmacSHA256 ", "HmacSHA256/256", "HmacSHA512/256", "HmacSHA3-256", "NONEwithRSA",
		"NONEwithECDSA", "SHA1withRSA", "MD5withRSA", "MD2withRSA", "sha256withrsa", "SHA256WithRSA", "SHA256withRSA/PSS", "RSASSA-PSS", "SHA256withDSA",
		"SHA256withECDSAinP1363Format", "none", "SHA1withECDSA", "SHA256", "RSA", "*", "HmacPBESHA256", "SslMacSHA1"}
	for _, own := range algorithms {
		t.Run("the key is for "+own, func(t *testing.T) {
			var key cmp.SigningKey
			switch {
			case strings.HasPrefix(own, "Hmac"):
				key = hmacKey(own, 1)
			case strings.HasSuffix(own, "RSA"):
				key = must(cmp.NewAsymmetricSigningKey(own, rsaPair()))
			default:
				key = must(cmp.NewAsymmetricSigningKey(own, ecdsaPair()))
			}
			d := newDescribed(staticSetup(own, 1, key), user(), userActions)
			cases := refuse(crypto.ErrAlgorithm, others...)
			for _, name := range algorithms {
				if name != own {
					cases = append(cases, listCase{name, crypto.ErrAlgorithm})
				}
			}
			whenAbsent := listCase{absent, crypto.ErrAlgorithm}
			if strings.HasPrefix(own, "Hmac") || own == "SHA256withRSA" {
				whenAbsent.class = nil
			}
			d.runList(t, signingKey, append(cases, listCase{own, nil}, whenAbsent))
		})
	}
}

func TestContentKeyAlgorithmsOnTheListAreAccepted(t *testing.T) {
	wrong := append(refuse(crypto.ErrAlgorithm,
		"", "AES/256 ", " AES/256", "aes", "aes/256", "Aes", "AES/0256", "AES/+256", "AES/512", "AES/0", "AES/", "AES/-256", "AES/255", "AES/2⁸", "AES/256/CBC", "AES/CBC/PKCS5Padding",
		"DES", "DESede", "DESede/168", "RC4", "Blowfish/256", "ARCFOUR", "ChaCha20", "AES_256", "AES256", "RSA", "HmacSHA256", "AES/256\x00", "kms"),
		listCase{absent, crypto.ErrDescription})
	newDescribed(wrappedRSA(rsaPair(), 1), user(), userActions).runList(t, "amzn-ddb-env-alg", append(wrong, listCase{"AES/256", nil}, listCase{"AES", nil}))
	d := newDescribed(wrappedAES(1), user(), userActions)
	d.runList(t, "amzn-ddb-env-alg", append(wrong, listCase{"AES/256", nil}, listCase{"AES", nil}))

	t.Run("the length of a key wrapped by AES is known before it is unwrapped", func(t *testing.T) {
		aes := aesKey(1, 32)
		s := staticHMAC(1) // for its counts
		verify := countingVerifier{hmacKey("HmacSHA256", 1), s.counts}
		for bits, others := range map[string][]string{"AES/128": {"AES/192", "AES/256"}, "AES/192": {"AES/128", "AES/256"}, "AES/256": {"AES/128", "AES/192"}} {
			s.provider = must(cmp.NewWrapped(cmp.WrappedKeys{Wrapping: aes, Signing: hmacKey("HmacSHA256", 1), Verification: verify},
				cmp.WithDescription(cmp.MaterialDescription{"amzn-ddb-env-alg": bits})))
			cases := append(refuse(crypto.ErrAlgorithm, others...), listCase{bits, nil}, listCase{"AES", nil})
			newDescribed(s, user(), userActions).runList(t, "amzn-ddb-env-alg", cases)
		}
	})
	t.Run("the length of a key wrapped otherwise is checked after it was unwrapped", func(t *testing.T) {
		for _, d := range []described{d, newDescribed(wrappedRSA(rsaPair(), 1), user(), userActions)} {
			for _, value := range []string{"AES/128", "AES/192"} {
				_, err := d.table.DecryptItem(context.Background(), d.withDescription(d.saying("amzn-ddb-env-alg", value)))
				requireClass(t, crypto.ErrCorrupt, err)
			}
		}
	})
}

var foreignWrapAlgorithms = []string{
	"aeswrap", "AESWrap ", "AESWRAP", "AESWrapPad", "AESWrap_256", "AES", "AES/KW/NoPadding", "AES/ECB/PKCS5Padding", "DESedeWrap", "kms", "KMS",
	"rsa", "RSA/ECB/NoPadding", "RSA/NONE/NoPadding", "RSA/ECB/OAEPPadding", "RSA/ECB/OAEPWithMD5AndMGF1Padding", "RSA/ECB/OAEPWithSHA1AndMGF1Padding",
	"RSA/ECB/OAEPWithSHA-224AndMGF1Padding", "RSA/ECB/OAEPWithSHA-512/256AndMGF1Padding", "rsa/ecb/oaepwithsha-256andmgf1padding",
	"RSA/ECB/OAEPWithSHA-256AndMGF1Padding ", "RSA/None/OAEPWithSHA-256AndMGF1Padding", "RSA/ECB/pkcs1padding", "RSA/ECB/PKCS1Padding/", "RSA/NONE/PKCS1Padding", "",
}

var oaepNames = []string{"RSA/ECB/OAEPWithSHA-1AndMGF1Padding", oaepName, "RSA/ECB/OAEPWithSHA-384AndMGF1Padding", "RSA/ECB/OAEPWithSHA-512AndMGF1Padding"}

func TestOneWrapAlgorithmIsAccepted(t *testing.T) {
	const key = "amzn-ddb-wrap-alg"
	pkcs1 := []string{"RSA", "RSA/ECB/PKCS1Padding"}
	t.Run("an AES key", func(t *testing.T) {
		cases := append(refuse(crypto.ErrAlgorithm, append(append(foreignWrapAlgorithms, pkcs1...), oaepNames...)...), listCase{"AESWrap", nil}, listCase{absent, nil})
		newDescribed(wrappedAES(1), user(), userActions).runList(t, key, cases)
	})
	for _, own := range oaepNames {
		t.Run("an RSA key for "+own, func(t *testing.T) {
			cases := append(refuse(crypto.ErrAlgorithm, append(append(foreignWrapAlgorithms, pkcs1...), "AESWrap", absent)...), listCase{own, nil})
			for _, name := range oaepNames {
				if name != own {
					cases = append(cases, listCase{name, crypto.ErrAlgorithm})
				}
			}
			newDescribed(wrappedRSA(rsaPair(), 1, cmp.WithWrapAlgorithm(own)), user(), userActions).runList(t, key, cases)
		})
	}
	t.Run("an RSA key that may unwrap PKCS#1", func(t *testing.T) {
		public := pkcs1Wrapper{&rsaPair().PublicKey}
		private := must(cmp.NewRSAUnwrappingKey(rsaPair(), cmp.AllowPKCS1()))
		d := newDescribed(wrappedSetup("PKCS#1", public, private, hmacKey("HmacSHA256", 1)), user(), userActions)
		cases := append(refuse(crypto.ErrAlgorithm, append(foreignWrapAlgorithms, "AESWrap", oaepNames[0], oaepNames[2], oaepNames[3])...),
			listCase{"RSA", nil}, listCase{"RSA/ECB/PKCS1Padding", nil}, listCase{absent, nil})
		d.runList(t, key, cases)
		d.runList(t, "amzn-ddb-env-alg", []listCase{{"AES", nil}, {"AES/256", nil}})
		_, err := d.table.DecryptItem(context.Background(), d.withDescription(d.saying(key, oaepName)))
		requireClass(t, crypto.ErrCorrupt, err)
	})
}

func TestWrappedKeysAreCanonicalBase64(t *testing.T) {
	const key = "amzn-ddb-env-key"
	for _, d := range []described{newDescribed(wrappedAES(1), user(), userActions), newDescribed(wrappedRSA(rsaPair(), 1), user(), userActions)} {
		text := d.description()[key]
		lines := func(width int, end string) string {
			var b strings.Builder
			for rest := text; rest != ""; {
				n := min(width, len(rest))
				b.WriteString(rest[:n] + end)
				rest = rest[n:]
			}
			return b.String()
		}
		cases := []listCase{{text, nil}, {lines(76, "\r\n"), nil}, {absent, crypto.ErrDescription}}
		flipped := []byte(text) // a bit that the padding leaves over
		if at := strings.IndexByte(text, '='); at > 0 {
			const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
			flipped[at-1] = alphabet[strings.IndexByte(alphabet, text[at-1])^1]
			cases = append(cases, listCase{string(flipped), crypto.ErrDescription})
		}
		long := base64.StdEncoding.EncodeToString(make([]byte, 8<<10+1))
		cases = append(cases, refuse(crypto.ErrDescription,
			"", "\r\n", "\n", "=", "====", "A", "AA", "AA=", "!!!!", " "+text, text+" ", text+"\n", text+"\r", "\r\n"+text, text+"\r\n\r\n", "\n"+text,
			lines(76, "\n"), lines(76, "\r"), lines(75, "\r\n")+"AAAA", lines(32, "\r\n"), lines(77, "\r\n")+"\r\n", lines(4, "\n"), text[:4]+"\r\n"+text[4:],
			text[:4]+"\r\n"+text[4:]+"\r\n", strings.TrimRight(text, "="), text+"=", text+"====", text+text+"\x00", base64.RawStdEncoding.EncodeToString([]byte{1}),
			base64.URLEncoding.EncodeToString([]byte{0xff, 0xef, 0xff}), long, long+"\r\n", strings.Repeat("A", 60_000), strings.Repeat("\r\n", 10_000))...)
		if len(text) > 76 {
			cases = append(cases, refuse(crypto.ErrDescription, text+"\r\n", lines(77, "\r\n"), lines(75, "\r\n"))...)
		}
		d.runList(t, key, cases)
	}
}

func TestMalformedDescriptionsAreRefused(t *testing.T) {
	length := func(n uint32) string { return string(binary.BigEndian.AppendUint32(nil, n)) }
	for _, s := range []setup{staticHMAC(1), wrappedAES(1)} {
		d := newDescribed(s, user(), userActions)
		own := string(stored(d.sealed, crypto.DefaultDescriptionAttribute))
		for what, content := range map[string]string{
			"empty": "", "a short version": "\x00\x00\x00", "version 1": length(1) + own[4:], "version 2^31": length(1<<31) + own[4:], "version -1": length(1<<32-1) + own[4:],
			"a byte more": own + "\x00", "three bytes more": own + "\x00\x00\x00", "a key without value": own + length(1) + "k", "a key with half a length": own + length(1) + "k\x00\x00",
			"a value beyond the end": own + length(1) + "k" + length(2) + "v", "key length 2^30": own + length(1<<30), "key length 2^31-1": own + length(1<<31-1), "key length -1": own + length(1<<32-1),
			"key length 2^31": own + length(1<<31), "value length 2^31-1": own + length(0) + length(1<<31-1), "value length -1": own + length(0) + length(1<<32-1),
			"every key twice": own + own[4:], "an empty key twice": own + strings.Repeat(length(0)+length(0), 2), "the mode twice": own + string(descriptionOf(modeKey, "/CBC/PKCS5Padding")[4:]),
			"a key not in UTF-8": own + length(1) + "\xff" + length(0), "a value not in UTF-8": own + length(0) + length(2) + "\xc3\x28", "a surrogate": own + length(3) + "\xed\xa0\x80" + length(0),
			"more than 64 KiB": own + string(descriptionOf("", strings.Repeat("x", 64<<10))[4:]), "400 KiB": strings.Repeat("\x00", 400<<10),
		} {
			t.Run(s.name+": "+what, func(t *testing.T) {
				d.requireRefused(t, crypto.ErrDescription, d.withDescription([]byte(content)))
			})
		}
		for n := range len(own) {
			_, err := cmp.ParseMaterialDescription([]byte(own[:n]))
			item := d.withDescription([]byte(own[:n]))
			if _, decryptErr := d.table.DecryptItem(context.Background(), item); err != nil || decryptErr != nil {
				d.requireRefused(t, classOf(decryptErr), item)
			}
		}
		for what, v := range map[string]types.AttributeValue{
			"a string": str(own), "nil": nil, "typed nil": (*types.AttributeValueMemberB)(nil), "a set": bins([]byte(own)), "a list": list(bin([]byte(own)...)), "a null": null(),
		} {
			t.Run(s.name+": the attribute is "+what, func(t *testing.T) {
				d.requireRefused(t, crypto.ErrDescription, with(d.sealed, crypto.Item{crypto.DefaultDescriptionAttribute: v}))
			})
		}
		t.Run(s.name+": the attribute is absent", func(t *testing.T) {
			d.requireRefused(t, crypto.ErrDescription, without(d.sealed, crypto.DefaultDescriptionAttribute))
		})
	}
}

func TestDescriptionsInAnyOrderAndWithOtherKeysAreRead(t *testing.T) {
	for _, s := range setups(1) {
		d := newDescribed(s, user(), userActions)
		var texts []string
		for key, value := range d.description() {
			texts = append(texts, value, key)
		}
		for i, j := 0, len(texts)-1; i < j; i, j = i+1, j-1 {
			texts[i], texts[j] = texts[j], texts[i]
		}
		texts = append(texts, "", "", "amzn-ddb-sig-alg", "HmacMD5", "aws-kms-ec-attr", "nonsense", "amzn-ddb-meta-id", "other#1", "AMZN-DDB-MAP-SYM-MODE", "x", "ключ", "\x00")
		d.requireAccepted(t, d.withDescription(descriptionOf(texts...)))
		size := 64<<10 - len(descriptionOf(texts...)) - 8 - len("pad")
		d.requireAccepted(t, d.withDescription(descriptionOf(append(texts, "pad", strings.Repeat("x", size))...)))
		d.requireRefused(t, crypto.ErrDescription, d.withDescription(descriptionOf(append(texts, "pad", strings.Repeat("x", size+1))...)))
	}
}

// A bit of the description changed gives a refusal or the same item, never
// another one.
func TestEveryBitOfADescriptionIsHarmless(t *testing.T) {
	for _, s := range []setup{staticHMAC(1), wrappedAES(1)} {
		d := newDescribed(s, user(), userActions)
		own := stored(d.sealed, crypto.DefaultDescriptionAttribute)
		for i := range 8 * len(own) {
			changed := bytes.Clone(own)
			changed[i/8] ^= 1 << (i % 8)
			plain, err := d.table.DecryptItem(context.Background(), d.withDescription(changed))
			if err == nil {
				require.Equal(t, d.plain, plain)
			} else if got := classOf(err); got != crypto.ErrDescription && got != crypto.ErrAlgorithm && got != crypto.ErrCorrupt {
				require.FailNow(t, "wrong class", "bit %d: %v", i, err)
			}
		}
	}
}
