package crypto_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
)

func (x *target) protected() []string {
	return append(x.attributesWith(crypto.SignOnly), x.attributesWith(crypto.EncryptAndSign)...)
}

func TestAttributesCannotBeRemovedOrAdded(t *testing.T) {
	forEachTarget(t, 1_000, func(t *testing.T, x *target) {
		for _, name := range x.protected() {
			x.requireRefused(t, "without "+name, crypto.ErrSignature, without(x.sealed, name))
			x.requireRefused(t, name+" twice", crypto.ErrSignature, with(x.sealed, crypto.Item{name + "2": x.sealed[name]}))
		}
		for _, name := range []string{"", "a", "zzz", "\xff", "*amzn-ddb-map-sig", "aws:rep:other", "\U0001F600", "ﬀ"} {
			for what, v := range map[string]types.AttributeValue{"S": str(""), "B": bin(1), "NULL": null(), "nil": nil} {
				x.requireRefused(t, fmt.Sprintf("with %q %s", name, what), crypto.ErrSignature, with(x.sealed, crypto.Item{name: v}))
			}
		}
	})
}

func TestAttributesCannotChangePlaces(t *testing.T) {
	forEachTarget(t, 5_000, func(t *testing.T, x *target) {
		names := x.protected()
		for i, a := range names {
			for _, b := range names[:i] {
				if equal(x.sealed[a], x.sealed[b]) {
					continue
				}
				x.requireRefused(t, a+" and "+b+" swapped", crypto.ErrSignature, with(x.sealed, crypto.Item{a: x.sealed[b], b: x.sealed[a]}))
			}
		}
		for _, a := range names {
			for _, b := range x.attributesWith(crypto.DoNothing) {
				if !equal(x.sealed[a], x.sealed[b]) {
					x.requireRefused(t, a+" replaced by "+b, crypto.ErrSignature, with(x.sealed, crypto.Item{a: x.sealed[b], b: x.sealed[a]}))
				}
			}
		}
	})
}

func equal(a, b types.AttributeValue) bool { return serialize(a) == serialize(b) }

func TestAttributesCannotBeRetyped(t *testing.T) {
	forEachTarget(t, 5_000, func(t *testing.T, x *target) {
		for _, name := range x.protected() {
			eachRetyped(x.sealed[name], func(what string, v types.AttributeValue) {
				x.requireChangeRefused(t, name+" as "+what, name, v)
			})
		}
	})
}

func TestAttributesOfOtherItemsAreRefused(t *testing.T) {
	others := shapes(true)
	keys := append(setups(2), remoteSetups()...)
	index := map[string]int{}
	for i, shape := range others {
		index[shape.name] = i
	}
	forEachTarget(t, 1_000, func(t *testing.T, x *target) {
		ctx := context.Background()
		var otherKey setup
		for _, s := range keys {
			if s.name == x.setup.name {
				otherKey = s
			}
		}
		seal := func(table crypto.TableEncryptor, item crypto.Item) crypto.Item {
			sealed, err := table.EncryptItem(ctx, item)
			require.NoError(t, err)
			return sealed
		}
		donors := map[string]crypto.Item{
			"the same item again":   seal(x.table, x.item),
			"another item":          seal(x.table, others[index[x.shape.name]].item),
			"an item of a table":    seal(x.setup.table(cmp.EncryptionContext{TableName: "other", PartitionKey: orders.PartitionKey}, x.actions), x.item),
			"an item of a key":      seal(otherKey.table(orders, x.actions), x.item),
			"an unencrypted item":   x.item,
			"an item in Java order": seal(x.setup.table(orders, x.actions, crypto.WithJavaOrder()), x.item),
		}
		for what, donor := range donors {
			for _, name := range append(x.protected(), crypto.DefaultSignatureAttribute) {
				if v := donor[name]; v != nil && !equal(v, x.sealed[name]) {
					x.requireChangeRefused(t, name+" of "+what, name, v)
				}
			}
		}
		x.requireRefused(t, "all of an item of another table", crypto.ErrSignature, donors["an item of a table"])
		switch {
		case x.kms != nil: // it knows whose data key that is
			x.requireRefused(t, "all of an item of another key", crypto.ErrKeyUnavailable, donors["an item of a key"])
		case x.isHMAC():
			x.requireRefused(t, "all of an item of another key", crypto.ErrSignature, donors["an item of a key"])
		}
	})
}

// isHMAC reports whether the signing key differs between setups.
func (x *target) isHMAC() bool {
	return x.setup.name != "static SHA256withRSA" && x.setup.name != "static SHA256withECDSA"
}
