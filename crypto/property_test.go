package crypto_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// generator makes items out of a seed.
type generator struct{ *rand.Rand }

func (g generator) text() string {
	letters := []rune("abcXYZ 09é漢\U0001F600\uFF61\x00\"\\")
	b := make([]rune, g.IntN(20))
	for i := range b {
		b[i] = letters[g.IntN(len(letters))]
	}
	return string(b)
}

func (g generator) bytes() []byte {
	b := make([]byte, g.IntN(40))
	for i := range b {
		b[i] = byte(g.Uint32())
	}
	return b
}

func (g generator) number() string {
	return fmt.Sprintf("%d.%dE%d", g.IntN(2000)-1000, g.IntN(1000), g.IntN(240)-120)
}

func (g generator) value(depth int) types.AttributeValue {
	kinds := 10
	if depth == 0 {
		kinds = 8
	}
	switch g.IntN(kinds) {
	case 0:
		return str(g.text())
	case 1:
		return num(g.number())
	case 2:
		return bin(g.bytes()...)
	case 3:
		return boolean(g.IntN(2) == 0)
	case 4:
		return null()
	case 5:
		return strs(distinct(g, g.text)...)
	case 6:
		return nums(distinct(g, func() string { return fmt.Sprint(g.IntN(10_000)) })...)
	case 7:
		var all [][]byte
		for _, s := range distinct(g, func() string { return string(g.bytes()) }) {
			all = append(all, []byte(s))
		}
		return bins(all...)
	case 8:
		all := make([]types.AttributeValue, g.IntN(4))
		for i := range all {
			all[i] = g.value(depth - 1)
		}
		return list(all...)
	default:
		return mapping(g.values(g.IntN(4), depth-1))
	}
}

func distinct(g generator, next func() string) []string {
	var all []string
	for range 1 + g.IntN(5) {
		if s := next(); !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	return all
}

func (g generator) values(n, depth int) map[string]types.AttributeValue {
	all := map[string]types.AttributeValue{}
	for range n {
		all["x"+g.text()] = g.value(depth)
	}
	return all
}

func (g generator) item() (crypto.Item, crypto.Actions) {
	item := g.values(1+g.IntN(8), 3)
	item["id"] = str(g.text())
	actions := crypto.Actions{Default: crypto.Action(g.IntN(3)), Overrides: overrides{"id": sign}}
	for name := range item {
		if g.IntN(2) == 0 && name != "id" {
			actions.Overrides[name] = crypto.Action(g.IntN(3))
		}
	}
	return item, actions
}

// forEachItem runs test for many random items.
func forEachItem(t *testing.T, test func(*testing.T, setup, crypto.Item, crypto.Actions)) {
	count := 500
	if testing.Short() {
		count = 50
	}
	all := setups(1)
	for seed := range count {
		g := generator{rand.New(rand.NewPCG(uint64(seed), 1))}
		item, actions := g.item()
		test(t, all[seed%len(all)], item, actions)
	}
}

func requireEqualItems(t *testing.T, want, got crypto.Item) {
	t.Helper()
	require.Len(t, got, len(want))
	for name, v := range want {
		require.True(t, equal(v, got[name]), "%q: want %v, got %v", name, v, got[name])
	}
}

// deepCopy also copies what no other copy does.
func deepCopy(v types.AttributeValue) types.AttributeValue {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return str(v.Value)
	case *types.AttributeValueMemberN:
		return num(v.Value)
	case *types.AttributeValueMemberB:
		return bin(bytes.Clone(v.Value)...)
	case *types.AttributeValueMemberBOOL:
		return boolean(v.Value)
	case *types.AttributeValueMemberSS:
		return strs(slices.Clone(v.Value)...)
	case *types.AttributeValueMemberNS:
		return nums(slices.Clone(v.Value)...)
	case *types.AttributeValueMemberBS:
		var all [][]byte
		for _, m := range v.Value {
			all = append(all, bytes.Clone(m))
		}
		return bins(all...)
	case *types.AttributeValueMemberL:
		all := make([]types.AttributeValue, len(v.Value))
		for i, e := range v.Value {
			all[i] = deepCopy(e)
		}
		return list(all...)
	case *types.AttributeValueMemberM:
		return mapping(deepCopyAll(v.Value))
	}
	return null()
}

func deepCopyAll(values map[string]types.AttributeValue) map[string]types.AttributeValue {
	all := map[string]types.AttributeValue{}
	for name, v := range values {
		all[name] = deepCopy(v)
	}
	return all
}

func TestItemsSurviveUnchangedAndUntouched(t *testing.T) {
	ctx := context.Background()
	forEachItem(t, func(t *testing.T, s setup, item crypto.Item, actions crypto.Actions) {
		before := deepCopyAll(item)
		table := s.table(orders, actions)
		sealed, err := table.EncryptItem(ctx, item)
		require.NoError(t, err)
		require.Equal(t, before, item, "encryption changed its input")
		sealedBefore := deepCopyAll(sealed)
		plain, err := table.DecryptItem(ctx, sealed)
		require.NoError(t, err)
		require.Equal(t, sealedBefore, sealed, "decryption changed its input")
		requireEqualItems(t, item, plain)

		// What was encrypted shares no memory with what it was made of.
		for name := range item {
			if actions.Action(name) == encrypt {
				clear(stored(sealed, name))
			}
		}
		sealed["more"], plain["more"] = null(), null()
		require.Equal(t, before, item)
		delete(plain, "more")
		requireEqualItems(t, item, plain)
	})
}

func TestTheEncryptorAndItsHandlesDoTheSame(t *testing.T) {
	ctx := context.Background()
	encryptor := crypto.NewEncryptor(inMemoryHMAC(1).provider)
	table := must(encryptor.For(users, userActions))
	sealed, err := encryptor.EncryptItem(ctx, user(), users, userActions)
	require.NoError(t, err)
	require.NoError(t, encryptor.VerifyItem(ctx, sealed, users, userActions))
	plain, err := table.DecryptItem(ctx, sealed)
	require.NoError(t, err)
	require.Equal(t, user(), plain)
	plain, err = encryptor.DecryptItem(ctx, must(table.EncryptItem(ctx, user())), users, userActions)
	require.NoError(t, err)
	require.Equal(t, user(), plain)
}

func TestPlaintextsStayWhenOthersAreDecrypted(t *testing.T) {
	ctx := context.Background()
	for _, s := range setups(1) {
		table := s.table(orders, crypto.Actions{Overrides: overrides{"id": sign}})
		var items, plains []crypto.Item
		for seed := range 20 {
			item := generator{rand.New(rand.NewPCG(uint64(seed), 4))}.values(8, 3)
			items = append(items, item)
			plains = append(plains, must(table.DecryptItem(ctx, must(table.EncryptItem(ctx, item)))))
		}
		for i := range items {
			requireEqualItems(t, items[i], plains[i])
			for name, v := range plains[i] {
				if b, ok := v.(*types.AttributeValueMemberB); ok {
					_ = append(b.Value, "beyond its end"...)
					delete(plains[i], name)
					delete(items[i], name)
				}
			}
			requireEqualItems(t, items[i], plains[i])
		}
	}
}

func TestTheOrderOfMapsAndSetsDoesNotMatter(t *testing.T) {
	ctx := context.Background()
	for seed := range 100 {
		g := generator{rand.New(rand.NewPCG(uint64(seed), 2))}
		item, _ := g.item()
		names := make([]string, 0, len(item))
		for name := range item {
			names = append(names, name)
		}
		table := inMemoryHMAC(1).table(orders, signAll)
		first := must(table.EncryptItem(ctx, item))
		g.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
		turned := crypto.Item{}
		for _, name := range names {
			turned[name] = item[name]
			if v, ok := item[name].(*types.AttributeValueMemberSS); ok {
				members := slices.Clone(v.Value)
				slices.Reverse(members)
				turned[name] = strs(members...)
			}
		}
		second := must(table.EncryptItem(ctx, turned))
		require.Equal(t, stored(first, crypto.DefaultSignatureAttribute), stored(second, crypto.DefaultSignatureAttribute))
	}
}

func TestEveryCiphertextIsAnother(t *testing.T) {
	calls := 500
	if testing.Short() {
		calls = 50
	}
	for _, s := range []setup{inMemoryHMAC(1), wrappedAES(1)} {
		table := s.table(orders, shapeActions(encrypt))
		item := crypto.Item{}
		for i := range 20 {
			item[fmt.Sprint(i)] = str("the same")
		}
		ivs, ciphertexts := map[string]bool{}, map[string]bool{}
		for range calls {
			sealed, err := table.EncryptItem(context.Background(), item)
			require.NoError(t, err)
			for name := range item {
				value := string(stored(sealed, name))
				ivs[value[:16]], ciphertexts[value[16:]] = true, true
			}
		}
		require.Len(t, ivs, calls*len(item))
		require.Len(t, ciphertexts, calls*len(item))
	}
}

func TestEncryptedValuesShowNoPlaintext(t *testing.T) {
	const run = 8
	forEachItem(t, func(t *testing.T, s setup, item crypto.Item, actions crypto.Actions) {
		sealed, err := s.table(orders, actions).EncryptItem(context.Background(), item)
		require.NoError(t, err)
		for name, v := range item {
			if actions.Action(name) != encrypt {
				continue
			}
			plaintext := serialize(v)
			for i := 0; i+run <= len(plaintext); i++ {
				for at := range item {
					if actions.Action(at) == encrypt {
						require.False(t, bytes.Contains(stored(sealed, at), []byte(plaintext[i:i+run])), "%s in %s", name, at)
					}
				}
			}
		}
	})
}

func TestConcurrentUseIsLikeSerialUse(t *testing.T) {
	ctx := context.Background()
	for _, s := range setups(1) {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			table := s.table(orders, shapeActions(encrypt))
			var items, sealed []crypto.Item
			for seed := range 8 {
				item, _ := generator{rand.New(rand.NewPCG(uint64(seed), 3))}.item()
				items = append(items, item)
				sealed = append(sealed, must(table.EncryptItem(ctx, item)))
			}
			var wait sync.WaitGroup
			errs := make(chan error, 16)
			for worker := range 8 {
				wait.Go(func() {
					for i := range 16 {
						k := (worker + i) % len(items)
						if err := roundTrip(ctx, table, items[k], sealed[k]); err != nil {
							errs <- err
							return
						}
					}
				})
			}
			wait.Wait()
			close(errs)
			for err := range errs {
				require.NoError(t, err)
			}
		})
	}
}

// roundTrip opens a sealed item, seals and opens it again, and sees a change.
func roundTrip(ctx context.Context, table crypto.TableEncryptor, item, sealed crypto.Item) error {
	again, err := table.EncryptItem(ctx, item)
	if err != nil {
		return err
	}
	for _, x := range []crypto.Item{sealed, again} {
		plain, err := table.DecryptItem(ctx, x)
		if err != nil {
			return err
		}
		for name := range item {
			if !equal(item[name], plain[name]) {
				return fmt.Errorf("%q differs", name)
			}
		}
	}
	if _, err := table.DecryptItem(ctx, with(sealed, crypto.Item{"id": str("changed")})); classOf(err) != crypto.ErrSignature {
		return fmt.Errorf("a change was not seen: %w", err)
	}
	return nil
}

func TestItemsOfOneProviderAreNoneOfAnothers(t *testing.T) {
	ctx := context.Background()
	actions := shapeActions(encrypt)
	all := slices.Concat(setups(1), setups(2))
	all = append(all, wrappedRSA(otherRSAPair(), 3))
	sealed := make([]crypto.Item, len(all))
	for i, s := range all {
		sealed[i] = must(s.table(orders, actions).EncryptItem(ctx, oneSecret()))
	}
	for i, writer := range all {
		for j, reader := range all {
			plain, err := reader.table(orders, actions).DecryptItem(ctx, sealed[i])
			if i == j || err == nil {
				// The RSA and ECDSA signing keys are the same in both sets, the
				// content keys are not.
				require.Equal(t, i, j, "%s reads %s", reader.name, writer.name)
				require.NoError(t, err)
				require.True(t, reflect.DeepEqual(oneSecret(), plain))
				continue
			}
			require.NoError(t, oneClass(err))
			require.Nil(t, plain)
		}
	}
}

// oneClass returns an error unless err wraps exactly one failure class.
func oneClass(err error) error {
	if class := classOf(err); !slices.Contains(failureClasses, class) {
		return class
	}
	return nil
}
