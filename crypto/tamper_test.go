package crypto_test

import (
	"context"
	"encoding/asn1"
	"fmt"
	"maps"
	"math/big"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// target is a sealed item that the tests change.
type target struct {
	setup
	shape
	table  crypto.TableEncryptor
	sealed crypto.Item
	tried  *atomic.Int64
	every  int // of the bit flips, this one is tried
}

// forEachTarget runs test for each shape under each provider.
func forEachTarget(t *testing.T, least int64, test func(*testing.T, *target)) {
	t.Helper()
	var tried atomic.Int64
	t.Run("items", func(t *testing.T) {
		for i, s := range append(setups(1), remoteSetups()...) {
			t.Run(s.name, func(t *testing.T) {
				t.Parallel()
				for j, shape := range shapes(false) {
					t.Run(shape.name, func(t *testing.T) {
						table := s.table(orders, shape.actions)
						sealed, err := table.EncryptItem(context.Background(), shape.item)
						require.NoError(t, err)
						x := &target{s, shape, table, sealed, &tried, sampling(i, j)}
						x.requireAccepted(t, "the unchanged item", sealed)
						test(t, x)
					})
				}
			})
		}
	})
	if testing.Short() {
		return
	}
	require.GreaterOrEqual(t, tried.Load(), least, "too few changes were tried")
	t.Logf("%d changed items were refused", tried.Load())
}

// sampling is 1 for all bits. All are tried under the first provider, and under
// the others for all shapes but the two large ones: what another provider adds
// is how signatures are compared, whatever bit of the item has changed.
func sampling(provider, shape int) int {
	if testing.Short() || provider > 0 && shape >= 10 {
		return 7
	}
	return 1
}

func (x *target) requireAccepted(t *testing.T, what string, item crypto.Item) {
	t.Helper()
	plain, err := x.table.DecryptItem(context.Background(), item)
	require.NoError(t, err, what)
	for _, name := range append(x.attributesWith(crypto.EncryptAndSign), x.attributesWith(crypto.SignOnly)...) {
		require.True(t, equal(x.item[name], plain[name]), "%s: %s differs", what, name)
	}
}

func (x *target) requireRefused(t *testing.T, what string, class error, item crypto.Item) {
	t.Helper()
	x.requireRefusedBy(t, what, class, x.table, item)
}

func (x *target) requireRefusedBy(t *testing.T, what string, class error, table crypto.TableEncryptor, item crypto.Item) {
	t.Helper()
	x.tried.Add(1)
	x.counts.reset()
	if x.kms != nil {
		x.kms.ResetCalls()
	}
	plain, err := table.DecryptItem(context.Background(), item)
	// Plain comparisons: this runs very often.
	if err == nil {
		t.Fatalf("%s: accepted", what)
	}
	if got := classOf(err); got != class {
		t.Fatalf("%s: want %v, got %v (%v)", what, class, got, err)
	}
	if plain != nil {
		t.Fatalf("%s: returned an item", what)
	}
	if n, m := x.counts.decrypted.Load(), x.counts.unwrapped.Load(); n != 0 || m != 0 {
		t.Fatalf("%s: %d blocks were decrypted and %d keys unwrapped", what, n, m)
	}
	if x.kms != nil && x.kms.Count("") > kmsCalls(item) {
		t.Fatalf("%s: KMS was asked %d times", what, x.kms.Count(""))
	}
}

// changed sets one attribute, in place, for the time of the test.
func (x *target) requireChangeRefused(t *testing.T, what, name string, v types.AttributeValue) {
	t.Helper()
	original := x.sealed[name]
	x.sealed[name] = v
	x.requireRefused(t, what, crypto.ErrSignature, x.sealed)
	x.sealed[name] = original
}

func TestEveryBitOfASignedValueCounts(t *testing.T) {
	forEachTarget(t, 5_000, func(t *testing.T, x *target) {
		for _, name := range x.attributesWith(crypto.SignOnly) {
			at := 0
			eachChange(x.sealed[name], func(what string, v types.AttributeValue) {
				if at++; at%x.every == 0 {
					x.requireChangeRefused(t, name+": "+what, name, v)
				}
			})
		}
	})
}

func TestEveryBitOfAnEncryptedValueCounts(t *testing.T) {
	forEachTarget(t, 20_000, func(t *testing.T, x *target) {
		for _, name := range x.attributesWith(crypto.EncryptAndSign) {
			at := 0
			eachChange(x.sealed[name], func(what string, v types.AttributeValue) {
				if at++; at%x.every == 0 {
					x.requireChangeRefused(t, name+": "+what, name, v)
				}
			})
		}
	})
}

func TestEveryBitOfANameCounts(t *testing.T) {
	forEachTarget(t, 5_000, func(t *testing.T, x *target) {
		at := 0
		for _, name := range append(x.attributesWith(crypto.SignOnly), x.attributesWith(crypto.EncryptAndSign)...) {
			eachTextChange(name, func(what, changed string) {
				if at++; at%x.every == 0 {
					item := without(x.sealed, name)
					item[changed] = x.sealed[name]
					x.requireRefused(t, name+": "+what, crypto.ErrSignature, item)
				}
			})
		}
	})
}

func TestEveryBitOfTheSignatureCounts(t *testing.T) {
	// It is as long whatever the item is.
	forEachTarget(t, 10_000, func(t *testing.T, x *target) {
		at := 0
		eachChange(x.sealed[crypto.DefaultSignatureAttribute], func(what string, v types.AttributeValue) {
			if at++; at%7 == 0 || x.shape.name == "a string" {
				x.requireChangeRefused(t, what, crypto.DefaultSignatureAttribute, v)
			}
		})
	})
}

func TestEveryBitOfTheTableNameCounts(t *testing.T) {
	forEachTarget(t, 1_000, func(t *testing.T, x *target) {
		refused := func(what, name string) {
			table := x.setup.table(cmp.EncryptionContext{TableName: name, PartitionKey: orders.PartitionKey}, x.actions)
			x.requireRefusedBy(t, what, crypto.ErrSignature, table, x.sealed)
		}
		eachTextChange(orders.TableName, refused)
		for _, name := range []string{"", "None", "null", "ORDERS", "orders<TABLE"} {
			refused("table name "+name, name)
		}
	})
}

func TestAnItemWithoutTableNameIsOfNoTable(t *testing.T) {
	for _, s := range setups(1) {
		sealed, err := s.table(cmp.EncryptionContext{}, userActions).EncryptItem(context.Background(), user())
		require.NoError(t, err)
		for _, name := range []string{"orders", "null", "none", "NULL"} {
			s.counts.reset()
			err := s.table(cmp.EncryptionContext{TableName: name}, userActions).VerifyItem(context.Background(), sealed)
			requireClass(t, crypto.ErrSignature, err)
		}
	}
}

func TestEveryActionCounts(t *testing.T) {
	forEachTarget(t, 1_000, func(t *testing.T, x *target) {
		for name := range x.item {
			for _, action := range []crypto.Action{crypto.EncryptAndSign, crypto.SignOnly, crypto.DoNothing} {
				if action == x.actions.Action(name) {
					continue
				}
				actions := crypto.Actions{Default: x.actions.Default, Overrides: maps.Clone(x.actions.Overrides)}
				actions.Overrides[name] = action
				context := orders
				if name == context.PartitionKey {
					context.PartitionKey = "" // it could have no other action
				}
				table := x.setup.table(context, actions)
				x.requireRefusedBy(t, fmt.Sprint(name, " under ", action), crypto.ErrSignature, table, x.sealed)
			}
		}
	})
}

func TestASignatureOfAnotherKindIsRefused(t *testing.T) {
	forEachTarget(t, 1_000, func(t *testing.T, x *target) {
		name := crypto.DefaultSignatureAttribute
		x.requireRefused(t, "absent", crypto.ErrNotEncrypted, without(x.sealed, name))
		x.requireRefused(t, "absent, with its description", crypto.ErrNotEncrypted, without(without(x.sealed, name), crypto.DefaultDescriptionAttribute))
		x.requireRefused(t, "plaintext", crypto.ErrNotEncrypted, x.item)
		x.requireRefused(t, "nothing", crypto.ErrNotEncrypted, nil)

		other, err := x.table.EncryptItem(context.Background(), with(x.item, crypto.Item{"id": str("other")}))
		require.NoError(t, err)
		x.requireChangeRefused(t, "of another item", name, other[name])
		signature := stored(x.sealed, name)
		for what, v := range map[string]types.AttributeValue{
			"empty": bin(), "nil": nil, "nil bytes": bin([]byte(nil)...), "typed nil": (*types.AttributeValueMemberB)(nil),
			"a string": str(string(signature)), "a list": list(bin(signature...)), "a set": bins(signature),
			"zeros": bin(make([]byte, len(signature))...), "twice": bin(append(signature[:len(signature):len(signature)], signature...)...),
			"a byte in front": bin(append([]byte{0}, signature...)...), "the name": str(name), "a null": null(), "a number": num("0"),
		} {
			x.requireChangeRefused(t, what, name, v)
		}
	})
}

type ecdsaSignature struct{ R, S *big.Int }

func TestOtherEncodingsOfAnECDSASignatureAreRefused(t *testing.T) {
	s := staticSetup("", 1, must(cmp.NewAsymmetricSigningKey("SHA256withECDSA", ecdsaPair())))
	table := s.table(orders, shapeActions(crypto.EncryptAndSign))
	sealed, err := table.EncryptItem(context.Background(), shapes(false)[0].item)
	require.NoError(t, err)
	var parsed ecdsaSignature
	signature := stored(sealed, crypto.DefaultSignatureAttribute)
	_, err = asn1.Unmarshal(signature, &parsed)
	require.NoError(t, err)
	order := ecdsaPair().Params().N
	encode := func(r, s *big.Int) []byte { return must(asn1.Marshal(ecdsaSignature{r, s})) }
	plus := func(a, b *big.Int) *big.Int { return new(big.Int).Add(a, b) }
	for what, encoded := range map[string][]byte{
		"(0,0)": encode(big.NewInt(0), big.NewInt(0)), "(r,0)": encode(parsed.R, big.NewInt(0)), "(0,s)": encode(big.NewInt(0), parsed.S),
		"(n,n)": encode(order, order), "(r+n,s)": encode(plus(parsed.R, order), parsed.S), "(r,s+n)": encode(parsed.R, plus(parsed.S, order)),
		"(-r,s)": encode(new(big.Int).Neg(parsed.R), parsed.S), "(s,r)": encode(parsed.S, parsed.R),
		"length in the long form": append([]byte{0x30, 0x81}, signature[1:]...),
		"indefinite length":       append(append([]byte{0x30, 0x80}, signature[2:]...), 0, 0),
		"trailing byte":           append(append([]byte{}, signature...), 0),
		"raw r and s":             append(parsed.R.FillBytes(make([]byte, 32)), parsed.S.FillBytes(make([]byte, 32))...),
	} {
		_, err := table.DecryptItem(context.Background(), with(sealed, crypto.Item{crypto.DefaultSignatureAttribute: bin(encoded...)}))
		require.Error(t, err, what)
		requireClass(t, crypto.ErrSignature, err)
	}
	// The twin of every ECDSA signature is valid for the same message. It changes
	// nothing that is protected.
	twin := encode(parsed.R, new(big.Int).Sub(order, parsed.S))
	_, err = table.DecryptItem(context.Background(), with(sealed, crypto.Item{crypto.DefaultSignatureAttribute: bin(twin...)}))
	require.NoError(t, err)
}

func TestAttributesThatAreNotSignedMayChange(t *testing.T) {
	forEachTarget(t, 0, func(t *testing.T, x *target) {
		for _, name := range x.attributesWith(crypto.DoNothing) {
			x.requireAccepted(t, name+" removed", without(x.sealed, name))
			eachRetyped(x.sealed[name], func(what string, v types.AttributeValue) {
				x.requireAccepted(t, name+": "+what, with(x.sealed, crypto.Item{name: v}))
			})
			x.requireAccepted(t, name+" nil", with(x.sealed, crypto.Item{name: nil}))
		}
		x.requireAccepted(t, "replication attribute added", with(x.sealed, crypto.Item{"aws:rep:deleting": boolean(true)}))
	})
}

func TestNamesDifferInEveryLetter(t *testing.T) {
	forEachTarget(t, 100, func(t *testing.T, x *target) {
		for _, name := range append(x.attributesWith(crypto.SignOnly), x.attributesWith(crypto.EncryptAndSign)...) {
			upper := strings.ToUpper(name)
			x.requireRefused(t, name+" in upper case as well", crypto.ErrSignature, with(x.sealed, crypto.Item{upper: x.sealed[name]}))
			x.requireRefused(t, name+" in upper case", crypto.ErrSignature, with(without(x.sealed, name), crypto.Item{upper: x.sealed[name]}))
		}
	})
}
