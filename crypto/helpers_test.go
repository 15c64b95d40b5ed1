package crypto_test

import (
	"bytes"
	"context"
	"crypto/cipher"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/memkms"
)

func str(s string) types.AttributeValue   { return &types.AttributeValueMemberS{Value: s} }
func num(s string) types.AttributeValue   { return &types.AttributeValueMemberN{Value: s} }
func bin(b ...byte) types.AttributeValue  { return &types.AttributeValueMemberB{Value: b} }
func boolean(b bool) types.AttributeValue { return &types.AttributeValueMemberBOOL{Value: b} }
func null() types.AttributeValue          { return &types.AttributeValueMemberNULL{Value: true} }

func list(v ...types.AttributeValue) types.AttributeValue {
	return &types.AttributeValueMemberL{Value: v}
}

func mapping(m map[string]types.AttributeValue) types.AttributeValue {
	return &types.AttributeValueMemberM{Value: m}
}

func strs(s ...string) types.AttributeValue { return &types.AttributeValueMemberSS{Value: s} }
func nums(s ...string) types.AttributeValue { return &types.AttributeValueMemberNS{Value: s} }
func bins(b ...[]byte) types.AttributeValue { return &types.AttributeValueMemberBS{Value: b} }

func stored(item crypto.Item, name string) []byte {
	return item[name].(*types.AttributeValueMemberB).Value
}

// with returns a copy of item with some attributes set.
func with(item crypto.Item, changes crypto.Item) crypto.Item {
	changed := maps.Clone(item)
	maps.Copy(changed, changes)
	return changed
}

// without returns a copy of item that lacks an attribute.
func without(item crypto.Item, name string) crypto.Item {
	changed := maps.Clone(item)
	delete(changed, name)
	return changed
}

var failureClasses = []error{
	crypto.ErrNotEncrypted, crypto.ErrSignature, crypto.ErrDescription, crypto.ErrAlgorithm,
	crypto.ErrKeyUnavailable, crypto.ErrConfig, crypto.ErrCorrupt,
}

// classOf returns the one failure class that err wraps. Nil, none and more than
// one are errors of their own.
func classOf(err error) error {
	var found []error
	for _, class := range failureClasses {
		if errors.Is(err, class) {
			found = append(found, class)
		}
	}
	if len(found) != 1 {
		return fmt.Errorf("error %v wraps %d failure classes: %v", err, len(found), found)
	}
	return found[0]
}

func requireClass(t testing.TB, want, err error) {
	t.Helper()
	require.Error(t, err)
	if got := classOf(err); got != want {
		require.FailNowf(t, "wrong failure class", "want %v, got %v (%v)", want, got, err)
	}
}

// Keys that are slow to make are made once.
var (
	rsaPair      = sync.OnceValue(func() *rsa.PrivateKey { return generateRSA(2048) })
	otherRSAPair = sync.OnceValue(func() *rsa.PrivateKey { return generateRSA(2048) })
	ecdsaPair    = sync.OnceValue(func() *ecdsa.PrivateKey {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			panic(err)
		}
		return key
	})
)

func generateRSA(bits int) *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		panic(err)
	}
	return key
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func aesKey(fill byte, size int) *cmp.AESKey {
	return must(cmp.NewAESKey(bytes.Repeat([]byte{fill}, size)))
}

func hmacKey(algorithm string, fill byte) *cmp.HMACKey {
	return must(cmp.NewHMACKey(algorithm, bytes.Repeat([]byte{fill}, 32)))
}

// counts are what the counting keys have done.
type counts struct {
	verified, unwrapped, decrypted atomic.Int64
}

func (c *counts) reset() {
	c.verified.Store(0)
	c.unwrapped.Store(0)
	c.decrypted.Store(0)
}

// countingKey is a content key in this process that counts block decryptions.
type countingKey struct {
	*cmp.AESKey
	counts *counts
}

func (k countingKey) Block() cipher.Block { return countingBlock{k.AESKey.Block(), k.counts} }

type countingBlock struct {
	cipher.Block
	counts *counts
}

func (b countingBlock) Decrypt(dst, src []byte) {
	b.counts.decrypted.Add(1)
	b.Block.Decrypt(dst, src)
}

type countingUnwrapper struct {
	cmp.UnwrappingKey
	counts *counts
}

func (k countingUnwrapper) Unwrap(ctx context.Context, wrapped cmp.WrappedKey) ([]byte, error) {
	k.counts.unwrapped.Add(1)
	return k.UnwrappingKey.Unwrap(ctx, wrapped)
}

type countingVerifier struct {
	cmp.DigestVerifier
	counts *counts
}

func (k countingVerifier) VerifyDigest(ctx context.Context, digest, signature []byte) error {
	k.counts.verified.Add(1)
	return k.DigestVerifier.VerifyDigest(ctx, digest, signature)
}

// setup is a provider whose keys count what is done with them.
type setup struct {
	name     string
	provider cmp.Provider
	counts   *counts
	kms      *memkms.KMS // that is asked for each item, or nil
}

type signer interface {
	cmp.SigningKey
	VerificationKey() cmp.VerificationKey
}

func verifier(key cmp.SigningKey) cmp.DigestVerifier {
	if s, ok := key.(signer); ok {
		return s.VerificationKey().(cmp.DigestVerifier)
	}
	return key.(cmp.DigestVerifier)
}

func staticSetup(name string, fill byte, signing cmp.SigningKey) setup {
	c := &counts{}
	key := countingKey{aesKey(fill, 16), c}
	p := must(cmp.NewStatic(cmp.StaticKeys{Encryption: key, Signing: signing, Verification: countingVerifier{verifier(signing), c}}))
	return setup{name: name, provider: p, counts: c}
}

func wrappedSetup(name string, wrapping cmp.WrappingKey, unwrapping cmp.UnwrappingKey, signing cmp.SigningKey, options ...cmp.Option) setup {
	c := &counts{}
	p := must(cmp.NewWrapped(cmp.WrappedKeys{
		Wrapping: wrapping, Unwrapping: countingUnwrapper{unwrapping, c},
		Signing: signing, Verification: countingVerifier{verifier(signing), c},
	}, options...))
	return setup{name: name, provider: p, counts: c}
}

func wrappedAES(fill byte, options ...cmp.Option) setup {
	return wrappedSetup("wrapped AES", aesKey(fill, 32), aesKey(fill, 32), hmacKey("HmacSHA256", fill), options...)
}

func wrappedRSA(pair *rsa.PrivateKey, fill byte, options ...cmp.KeyOption) setup {
	return wrappedSetup("wrapped RSA",
		must(cmp.NewRSAWrappingKey(&pair.PublicKey, options...)), must(cmp.NewRSAUnwrappingKey(pair, options...)),
		hmacKey("HmacSHA256", fill))
}

func staticHMAC(fill byte) setup {
	return staticSetup("static HmacSHA256", fill, hmacKey("HmacSHA256", fill))
}

// inMemoryHMAC does not count verifications, as the encryptor treats HMAC keys
// in memory in its own way.
func inMemoryHMAC(fill byte) setup {
	c := &counts{}
	keys := cmp.StaticKeys{Encryption: countingKey{aesKey(fill, 16), c}, Signing: hmacKey("HmacSHA256", fill)}
	return setup{name: "static HmacSHA256", provider: must(cmp.NewStatic(keys)), counts: c}
}

// setups are the providers that the hostile tests go through. fill tells keys
// apart.
func setups(fill byte) []setup {
	all := []setup{inMemoryHMAC(fill)}
	for _, algorithm := range []string{"HmacSHA224", "HmacSHA384", "HmacSHA512"} {
		all = append(all, staticSetup("static "+algorithm, fill, hmacKey(algorithm, fill)))
	}
	return append(all,
		staticSetup("static SHA256withRSA", fill, must(cmp.NewAsymmetricSigningKey("SHA256withRSA", rsaPair()))),
		staticSetup("static SHA256withECDSA", fill, must(cmp.NewAsymmetricSigningKey("SHA256withECDSA", ecdsaPair()))),
		wrappedAES(fill),
		wrappedRSA(rsaPair(), fill),
	)
}

func (s setup) table(context cmp.EncryptionContext, actions crypto.Actions, options ...crypto.Option) crypto.TableEncryptor {
	return must(crypto.NewEncryptor(s.provider, options...).For(context, actions))
}

// descriptionOf serializes keys and values in the order given.
func descriptionOf(texts ...string) []byte {
	data := make([]byte, 4)
	for _, text := range texts {
		data = append(data, byte(len(text)>>24), byte(len(text)>>16), byte(len(text)>>8), byte(len(text)))
		data = append(data, text...)
	}
	return data
}

// shape is an item with one value in three attributes: "sealed" is encrypted,
// "signed" is signed, "free" is neither.
type shape struct {
	name    string
	item    crypto.Item
	actions crypto.Actions
}

func nested(depth int) types.AttributeValue {
	v := str("core")
	for i := range depth {
		if i%2 == 0 {
			v = list(v)
		} else {
			v = mapping(map[string]types.AttributeValue{"k": v})
		}
	}
	return v
}

// shapes are the ten types, a deep value and an item with many attributes.
// other gives other values of the same types.
func shapes(other bool) []shape {
	pick := func(a, b types.AttributeValue) types.AttributeValue {
		if other {
			return b
		}
		return a
	}
	values := []struct {
		name string
		v    types.AttributeValue
	}{
		{"a string", pick(str("hello"), str("world"))},
		{"a number", pick(num("-12.50"), num("7"))},
		{"a binary", pick(bin(1, 2, 3), bin(9))},
		{"a bool", pick(boolean(true), boolean(false))},
		{"a null", null()},
		{"a string set", pick(strs("a", "bc"), strs("x"))},
		{"a number set", pick(nums("1", "20", "-3"), nums("4", "5"))},
		{"a binary set", pick(bins([]byte{1}, []byte{200, 2}), bins([]byte{7}))},
		{"a list", pick(list(str("a"), num("1")), list(null()))},
		{"a map", pick(mapping(map[string]types.AttributeValue{"city": str("Bern"), "zip": num("3000")}), mapping(nil))},
		{"nested 32 deep", pick(nested(32), nested(31))},
	}
	var all []shape
	for _, v := range values {
		all = append(all, shape{v.name, crypto.Item{"id": pick(str("i"), str("j")), "sealed": v.v, "signed": v.v, "free": v.v}, shapeActions(crypto.EncryptAndSign)})
	}
	// Its attributes have their actions by name as well as by default.
	many := crypto.Item{"id": pick(str("i"), str("j"))}
	actions := shapeActions(crypto.SignOnly)
	for i := range 20 {
		name := fmt.Sprintf("sealed%02d", i)
		many[name] = pick(num(fmt.Sprint(i)), num(fmt.Sprint(i+100)))
		actions.Overrides[name] = crypto.EncryptAndSign
		many[fmt.Sprintf("signed%02d", i)] = pick(str("v"), str("w"))
		name = fmt.Sprintf("free%02d", i)
		many[name] = pick(bin(byte(i)), bin(99))
		actions.Overrides[name] = crypto.DoNothing
	}
	return append(all, shape{"60 attributes", many, actions})
}

func shapeActions(byDefault crypto.Action) crypto.Actions {
	return crypto.Actions{Default: byDefault, Overrides: map[string]crypto.Action{
		"id": crypto.SignOnly, "signed": crypto.SignOnly, "free": crypto.DoNothing,
	}}
}

// attributesWith returns the names of item's attributes with that action.
func (s shape) attributesWith(action crypto.Action) []string {
	var names []string
	for name := range s.item {
		if s.actions.Action(name) == action {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

var orders = cmp.EncryptionContext{TableName: "orders", PartitionKey: "id"}
