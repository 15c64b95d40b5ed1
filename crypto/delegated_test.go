package crypto_test

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
)

var errRemote = errors.New("the device is on fire")

// remote is what keys that live elsewhere have in common.
type remote struct {
	fail  *error // what each call answers, if set
	calls *[]string
}

func newRemote() remote { return remote{new(error), new([]string)} }

func (r remote) call(ctx context.Context, what string) error {
	*r.calls = append(*r.calls, what)
	if err := ctx.Err(); err != nil {
		return err
	}
	return *r.fail
}

// The remote keys have the methods of the smallest interfaces only.
type (
	remoteContentKey struct {
		remote
		key *cmp.AESKey
	}
	remoteSigner struct {
		remote
		key cmp.SigningKey
	}
	remoteVerifier struct {
		remote
		key cmp.VerificationKey
	}
	remoteWrapper struct {
		remote
		key cmp.WrappingKey
	}
	remoteUnwrapper struct {
		remote
		key cmp.UnwrappingKey
	}
)

func (k remoteContentKey) Encrypt(ctx context.Context, plaintext []byte, transformation string) ([]byte, error) {
	if err := k.call(ctx, "encrypt by "+transformation); err != nil {
		return nil, err
	}
	return k.key.Encrypt(ctx, plaintext, transformation)
}

func (k remoteContentKey) Decrypt(ctx context.Context, ciphertext []byte, transformation string) ([]byte, error) {
	if err := k.call(ctx, "decrypt by "+transformation); err != nil {
		return nil, err
	}
	return k.key.Decrypt(ctx, ciphertext, transformation)
}

func (k remoteSigner) Algorithm() string { return k.key.Algorithm() }

func (k remoteSigner) Sign(ctx context.Context, message []byte) ([]byte, error) {
	if err := k.call(ctx, "sign"); err != nil {
		return nil, err
	}
	return k.key.Sign(ctx, message)
}

func (k remoteVerifier) Algorithm() string { return k.key.Algorithm() }

func (k remoteVerifier) Verify(ctx context.Context, message, signature []byte) error {
	if err := k.call(ctx, "verify"); err != nil {
		return err
	}
	return k.key.Verify(ctx, message, signature)
}

func (k remoteWrapper) WrapAlgorithm() string { return k.key.WrapAlgorithm() }

func (k remoteWrapper) Wrap(ctx context.Context, contentKey []byte) ([]byte, error) {
	if err := k.call(ctx, "wrap"); err != nil {
		return nil, err
	}
	return k.key.Wrap(ctx, contentKey)
}

func (k remoteUnwrapper) AcceptsWrapAlgorithm(name string) bool {
	return k.key.AcceptsWrapAlgorithm(name)
}

func (k remoteUnwrapper) Unwrap(ctx context.Context, wrapped cmp.WrappedKey) ([]byte, error) {
	if err := k.call(ctx, "unwrap"); err != nil {
		return nil, err
	}
	return k.key.Unwrap(ctx, wrapped)
}

// delegation is a provider over remote keys, and one over the same keys in
// memory.
type delegation struct {
	name             string
	remote           remote
	delegated, local cmp.Provider
	writes, reads    []string // the calls for an item with one encrypted attribute
}

func delegations() []delegation {
	var all []delegation
	const t = cmp.Transformation
	for _, signing := range []cmp.SigningKey{
		hmacKey("HmacSHA384", 1), must(cmp.NewAsymmetricSigningKey("SHA256withRSA", rsaPair())), must(cmp.NewAsymmetricSigningKey("SHA512withECDSA", ecdsaPair())),
	} {
		r, key := newRemote(), aesKey(1, 32)
		all = append(all, delegation{"static " + signing.Algorithm(), r,
			must(cmp.NewStatic(cmp.StaticKeys{Encryption: remoteContentKey{r, key}, Signing: remoteSigner{r, signing}, Verification: remoteVerifier{r, verifier(signing)}})),
			must(cmp.NewStatic(cmp.StaticKeys{Encryption: key, Signing: signing})),
			[]string{"encrypt by " + t, "sign"}, []string{"verify", "decrypt by " + t}})
	}
	signing := hmacKey("HmacSHA256", 1)
	wrapped := func(name string, wrapping cmp.WrappingKey, unwrapping cmp.UnwrappingKey) {
		r := newRemote()
		all = append(all, delegation{name, r,
			must(cmp.NewWrapped(cmp.WrappedKeys{Wrapping: remoteWrapper{r, wrapping}, Unwrapping: remoteUnwrapper{r, unwrapping}, Signing: remoteSigner{r, signing}, Verification: remoteVerifier{r, signing}})),
			must(cmp.NewWrapped(cmp.WrappedKeys{Wrapping: wrapping, Unwrapping: unwrapping, Signing: signing})),
			[]string{"wrap", "sign"}, []string{"verify", "unwrap"}})
	}
	wrapped("wrapped AES", aesKey(1, 32), aesKey(1, 32))
	wrapped("wrapped RSA", must(cmp.NewRSAWrappingKey(&rsaPair().PublicKey)), must(cmp.NewRSAUnwrappingKey(rsaPair())))
	return all
}

func oneSecret() crypto.Item { return crypto.Item{"id": str("1"), "sealed": str("secret")} }

func TestDelegatedKeysDoTheWork(t *testing.T) {
	ctx := context.Background()
	actions := shapeActions(crypto.EncryptAndSign)
	for _, d := range delegations() {
		t.Run(d.name, func(t *testing.T) {
			delegated := must(crypto.NewEncryptor(d.delegated).For(orders, actions))
			local := must(crypto.NewEncryptor(d.local).For(orders, actions))
			sealed, err := delegated.EncryptItem(ctx, oneSecret())
			require.NoError(t, err)
			require.Equal(t, d.writes, *d.remote.calls)
			plain, err := local.DecryptItem(ctx, sealed)
			require.NoError(t, err)
			require.Equal(t, oneSecret(), plain)

			sealed, err = local.EncryptItem(ctx, oneSecret())
			require.NoError(t, err)
			*d.remote.calls = nil
			plain, err = delegated.DecryptItem(ctx, sealed)
			require.NoError(t, err)
			require.Equal(t, oneSecret(), plain)
			require.Equal(t, d.reads, *d.remote.calls)

			*d.remote.calls = nil
			require.NoError(t, delegated.VerifyItem(ctx, sealed))
			require.Equal(t, d.reads[:1], *d.remote.calls, "to verify takes no other key")
			signedOnly, err := local.EncryptItem(ctx, crypto.Item{"id": str("1")})
			require.NoError(t, err)
			*d.remote.calls = nil
			_, err = delegated.DecryptItem(ctx, signedOnly)
			require.NoError(t, err)
			require.Equal(t, d.reads[:1], *d.remote.calls, "nothing is to be decrypted")

			*d.remote.calls = nil
			_, err = delegated.DecryptItem(ctx, with(sealed, crypto.Item{"id": str("2")}))
			requireClass(t, crypto.ErrSignature, err)
			require.NotContains(t, *d.remote.calls, d.reads[1])
		})
	}
}

func TestFailuresOfDelegatedKeysAreTold(t *testing.T) {
	actions := shapeActions(crypto.EncryptAndSign)
	for _, d := range delegations() {
		delegated := must(crypto.NewEncryptor(d.delegated).For(orders, actions))
		sealed := must(delegated.EncryptItem(context.Background(), oneSecret()))
		t.Run(d.name+" fails", func(t *testing.T) {
			*d.remote.fail = errRemote
			_, err := delegated.EncryptItem(context.Background(), oneSecret())
			requireClass(t, crypto.ErrKeyUnavailable, err)
			require.ErrorIs(t, err, errRemote)
			_, err = delegated.DecryptItem(context.Background(), sealed)
			requireClass(t, crypto.ErrKeyUnavailable, err)
			require.ErrorIs(t, err, errRemote)
			requireClass(t, crypto.ErrKeyUnavailable, delegated.VerifyItem(context.Background(), sealed))
			*d.remote.fail = nil
		})
		t.Run(d.name+" fails at each step", func(t *testing.T) {
			for step := 1; step <= 2; step++ {
				for _, do := range []func(context.Context) error{
					func(ctx context.Context) error { _, err := delegated.EncryptItem(ctx, oneSecret()); return err },
					func(ctx context.Context) error { _, err := delegated.DecryptItem(ctx, sealed); return err },
				} {
					ctx := &countdown{Context: context.Background(), calls: d.remote.calls, left: len(*d.remote.calls) + step}
					err := do(ctx)
					requireClass(t, crypto.ErrKeyUnavailable, err)
					require.ErrorIs(t, err, context.Canceled)
				}
			}
		})
		t.Run(d.name+" is cancelled", func(t *testing.T) {
			ctx, cancel := context.WithCancel(context.Background())
			cancel()
			*d.remote.calls = nil
			_, err := delegated.EncryptItem(ctx, oneSecret())
			requireClass(t, crypto.ErrKeyUnavailable, err)
			require.ErrorIs(t, err, context.Canceled)
			_, err = delegated.DecryptItem(ctx, sealed)
			requireClass(t, crypto.ErrKeyUnavailable, err)
			require.ErrorIs(t, err, context.Canceled)
			require.Empty(t, *d.remote.calls)
		})
		t.Run(d.name+" has a failure class of its own", func(t *testing.T) {
			for _, class := range []error{crypto.ErrAlgorithm, crypto.ErrConfig, crypto.ErrCorrupt} {
				*d.remote.fail = class
				_, err := delegated.DecryptItem(context.Background(), sealed)
				requireClass(t, class, err)
			}
			*d.remote.fail = nil
		})
	}
}

// countdown is a context that is cancelled when so many remote calls were made.
type countdown struct {
	context.Context
	calls *[]string
	left  int
}

func (c *countdown) Err() error {
	if len(*c.calls) >= c.left {
		return context.Canceled
	}
	return nil
}

func TestDelegatedKeysThatAnswerNonsense(t *testing.T) {
	ctx := context.Background()
	actions := shapeActions(crypto.EncryptAndSign)
	signing := hmacKey("HmacSHA256", 1)
	sealed := must(staticHMAC(1).table(orders, actions).EncryptItem(ctx, oneSecret()))
	for what, answer := range map[string][]byte{"nil": nil, "an IV": make([]byte, 16), "no block": make([]byte, 33), "too much": make([]byte, 1<<20),
		"a value and more than fits": []byte("\x00s\x00\x00\x00\x0aabcdefghij and more"), "as much as fits": []byte("\x00s\x00\x00\x00\x0aabcdefghij")} {
		p := must(cmp.NewStatic(cmp.StaticKeys{Encryption: answering(answer), Signing: signing}))
		table := must(crypto.NewEncryptor(p).For(orders, actions))
		if len(answer)%16 != 0 || len(answer) < 32 {
			_, err := table.EncryptItem(ctx, oneSecret())
			requireClass(t, crypto.ErrKeyUnavailable, err)
		}
		_, err := table.DecryptItem(ctx, sealed)
		require.Error(t, err, what)
		requireClass(t, crypto.ErrCorrupt, err)
	}
}

type answering []byte

func (a answering) Encrypt(context.Context, []byte, string) ([]byte, error) { return a, nil }
func (a answering) Decrypt(context.Context, []byte, string) ([]byte, error) { return a, nil }

// cipherOf is AES-CBC without padding of our own: plaintext is whole blocks.
func cipherOf(key []byte, plaintext string) []byte {
	sealed := bytes.Repeat([]byte{7}, 16+len(plaintext))
	cipher.NewCBCEncrypter(must(aes.NewCipher(key)), sealed[:16]).CryptBlocks(sealed[16:], []byte(plaintext))
	return sealed
}

// corruptValues are what no client writes as an encrypted value.
func corruptValues(key []byte) map[string][]byte {
	pad := func(s string) []byte {
		n := 16 - len(s)%16
		return cipherOf(key, s+string(bytes.Repeat([]byte{byte(n)}, n)))
	}
	good := pad("\x00s\x00\x00\x00\x01x")
	return map[string][]byte{
		"empty": {}, "one byte": {1}, "an IV": good[:16], "a byte less": good[:31], "a byte more": append(bytes.Clone(good), 0),
		"padding 0":     cipherOf(key, "\x00s\x00\x00\x00\x0axxxxxxxxx\x00"),
		"padding 17":    cipherOf(key, "\x00s\x00\x00\x00\x01x\x09\x09\x09\x09\x09\x09\x09\x09\x11"),
		"padding 255":   cipherOf(key, "\x00s\x00\x00\x00\x01x\xff\xff\xff\xff\xff\xff\xff\xff\xff"),
		"mixed padding": cipherOf(key, "\x00s\x00\x00\x00\x01x\x01\x02\x03\x04\x05\x06\x07\x08\x09"),
		"only padding":  pad(""), "half a tag": pad("\x00"), "no tag": pad("xs\x00\x00\x00\x00"), "unknown tag": pad("\x00x\x00\x00\x00\x00"),
		"half a length": pad("\x00s\x00\x00"), "length 2^31-1": pad("\x00s\x7f\xff\xff\xff"), "length -1": pad("\x00b\xff\xff\xff\xff"), "count 2^32-1": pad("\x00L\xff\xff\xff\xff"),
		"trailing byte": pad("\x00s\x00\x00\x00\x01xy"), "bool 2": pad("\x00?\x02"), "not UTF-8": pad("\x00s\x00\x00\x00\x01\xff"), "no number": pad("\x00n\x00\x00\x00\x03NaN"),
		"huge number": pad("\x00n\x00\x00\x00\x0b1E999999999"), "equal members": pad("\x00S\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00"),
		"a number as key": pad("\x00M\x00\x00\x00\x01\x00n\x00\x00\x00\x011\x00\x00"), "too deep": pad(string(bytes.Repeat([]byte("\x00L\x00\x00\x00\x01"), 41)) + "\x00\x00"),
		"another key": cipherOf(bytes.Repeat([]byte{9}, 16), "\x00s\x00\x00\x00\x01x\x09\x09\x09\x09\x09\x09\x09\x09\x09"),
	}
}

func TestFaultsOfVerifiedItemsAreAllTheSame(t *testing.T) {
	ctx := context.Background()
	actions := crypto.Actions{Overrides: map[string]crypto.Action{"id": crypto.SignOnly}}
	key := bytes.Repeat([]byte{1}, 16)
	var texts []string
	requireCorrupt := func(t *testing.T, table crypto.TableEncryptor, item crypto.Item) {
		t.Helper()
		plain, err := table.DecryptItem(ctx, item)
		requireClass(t, crypto.ErrCorrupt, err)
		require.Nil(t, plain)
		require.NoError(t, table.VerifyItem(ctx, item))
		texts = append(texts, err.Error())
	}
	r := newRemote()
	for name, contentKey := range map[string]cmp.EncryptionKey{"in memory": aesKey(1, 16), "delegated": remoteContentKey{r, aesKey(1, 16)}} {
		encryptor := crypto.NewEncryptor(must(cmp.NewStatic(cmp.StaticKeys{Encryption: contentKey, Signing: hmacKey("HmacSHA256", 1)})))
		table := must(encryptor.For(orders, actions))
		serialized := must(encryptor.ForModel(orders, actions, crypto.Model{Serialized: true}))
		for what, value := range corruptValues(key) {
			t.Run(name+": "+what, func(t *testing.T) {
				item := crypto.Item{"id": str("1"), "good": bin(must(aesKey(1, 16).Encrypt(ctx, []byte("\x00\x00"), cmp.Transformation))...), "sealed": bin(value...)}
				item[crypto.DefaultDescriptionAttribute] = bin(descriptionOf(modeKey, "/CBC/PKCS5Padding")...)
				item[crypto.DefaultSignatureAttribute] = bin(pythonForm.sign(item, orders.TableName, actions)...)
				requireCorrupt(t, table, item)
				requireCorrupt(t, serialized, item)
			})
		}
	}
	for _, s := range []setup{wrappedAES(1), wrappedRSA(rsaPair(), 1)} {
		d := newDescribed(s, user(), userActions)
		table := s.table(orders, actions)
		item := must(table.EncryptItem(ctx, oneSecret()))
		other := must(table.EncryptItem(ctx, oneSecret()))
		for what, text := range map[string]string{
			"other": must(cmp.ParseMaterialDescription(stored(other, crypto.DefaultDescriptionAttribute)))["amzn-ddb-env-key"],
			"bits":  d.description()["amzn-ddb-env-key"][:4], "long": "AAAA" + d.description()["amzn-ddb-env-key"],
		} {
			t.Run(s.name+": wrapped key: "+what, func(t *testing.T) {
				description := must(cmp.ParseMaterialDescription(stored(item, crypto.DefaultDescriptionAttribute)))
				description["amzn-ddb-env-key"] = text
				requireCorrupt(t, table, with(item, crypto.Item{crypto.DefaultDescriptionAttribute: bin(must(description.Serialize())...)}))
			})
		}
	}
	t.Run("a content key of 20 bytes", func(t *testing.T) {
		table := wrappedRSA(rsaPair(), 1).table(orders, actions)
		item := must(table.EncryptItem(ctx, oneSecret()))
		wrapped := must(must(cmp.NewRSAWrappingKey(&rsaPair().PublicKey)).Wrap(ctx, make([]byte, 20)))
		requireCorrupt(t, table, with(item, crypto.Item{crypto.DefaultDescriptionAttribute: bin(descriptionOf(modeKey, "/CBC/PKCS5Padding",
			"amzn-ddb-env-alg", "AES", "amzn-ddb-env-key", base64.StdEncoding.EncodeToString(wrapped), "amzn-ddb-wrap-alg", oaepName)...)}))
	})
	for _, text := range texts {
		require.Equal(t, texts[0], text, "a fault of a verified item can be told from another")
	}
}
