package mapper_test

import (
	"context"
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

func TestLoadOfNothing(t *testing.T) {
	_, users := newUsers(t)
	got, err := users.Load(t.Context(), "nobody", 1)
	require.ErrorIs(t, err, mapper.ErrNotFound)
	assert.Zero(t, got)
	var e *mapper.Error
	require.ErrorAs(t, err, &e)
	assert.Equal(t, &mapper.Error{Op: "Load", Type: "mapper_test.user", Table: "users", Err: mapper.ErrNotFound}, e)
	assert.NotContains(t, err.Error(), "nobody")
}

func TestConsistentReads(t *testing.T) {
	db, _ := newUsers(t)
	client := &recorder{DynamoDB: db.Client()}
	users := newMapper[user](t, client)
	_, _ = users.Load(t.Context(), "alice", 1)
	_, _ = users.Load(t.Context(), "alice", 1, mapper.Consistent())
	require.Len(t, client.gets, 2)
	assert.Nil(t, client.gets[0].ConsistentRead)
	assert.True(t, *client.gets[1].ConsistentRead)
	for _, get := range client.gets {
		assert.Nil(t, get.ProjectionExpression)
		assert.Equal(t, crypto.Item{"id": str("alice"), "created": num("1")}, get.Key)
	}
}

func TestLoadRefusesTamperedItems(t *testing.T) {
	db, users := newUsers(t)
	u := alice()
	require.NoError(t, users.Save(t.Context(), &u))
	good := theItem(t, db, "users")

	mallory := alice()
	mallory.Created, mallory.Email = 5, "mallory@example.com"
	require.NoError(t, users.Save(t.Context(), &mallory))
	var other crypto.Item
	for _, item := range db.Items("users") {
		if item["created"].(*types.AttributeValueMemberN).Value == "5" {
			other = item
		}
	}
	flipped := append([]byte(nil), good["email"].(*types.AttributeValueMemberB).Value...)
	flipped[len(flipped)-1] ^= 1
	signature, description := crypto.DefaultSignatureAttribute, crypto.DefaultDescriptionAttribute

	tests := map[string]struct {
		item crypto.Item
		want error
	}{
		"a flipped bit of ciphertext":           {with(good, "email", bin(flipped...)), crypto.ErrSignature},
		"ciphertext in clear":                   {with(good, "email", str("mallory@example.com")), crypto.ErrSignature},
		"ciphertext of another item":            {with(good, "email", other["email"]), crypto.ErrSignature},
		"no ciphertext":                         {with(good, "email", nil), crypto.ErrSignature},
		"another signed value":                  {with(good, "plan", str("platinum")), crypto.ErrSignature},
		"a signed value of another type":        {with(good, "plan", bin([]byte("gold")...)), crypto.ErrSignature},
		"no signed value":                       {with(good, "plan", nil), crypto.ErrSignature},
		"another version":                       {with(good, "version", num("9")), crypto.ErrSignature},
		"another item's signature":              {with(good, signature, other[signature]), crypto.ErrSignature},
		"a signature that is not binary":        {with(good, signature, str("x")), crypto.ErrSignature},
		"no signature":                          {with(good, signature, nil), crypto.ErrNotEncrypted},
		"no description":                        {with(good, description, nil), crypto.ErrDescription},
		"a description that is not one":         {with(good, description, bin(1, 2, 3)), crypto.ErrDescription},
		"another item under this item's key":    {with(other, "created", good["created"]), crypto.ErrSignature},
		"a plain item":                          {crypto.Item{"id": good["id"], "created": good["created"], "email": str("m")}, crypto.ErrNotEncrypted},
		"a key and nothing else":                {crypto.Item{"id": good["id"], "created": good["created"]}, crypto.ErrNotEncrypted},
		"an unsigned attribute of wrong type":   {with(good, "views", str("many")), crypto.ErrConfig},
		"an unsigned attribute out of range":    {with(good, "views", num("1e30")), crypto.ErrConfig},
		"an unsigned attribute with a fragment": {with(good, "views", num("1.5")), crypto.ErrConfig},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, db.Replace("users", test.item))
			got, err := users.Load(t.Context(), "alice", 1700000000)
			requireClass(t, err, "Load", test.want)
			assert.Zero(t, got, "nothing of the item is returned")
		})
	}
	t.Run("but the true item still loads", func(t *testing.T) {
		require.NoError(t, db.Replace("users", good))
		got, err := users.Load(t.Context(), "alice", 1700000000)
		require.NoError(t, err)
		assert.Equal(t, u, got)
	})
	t.Run("and an unsigned attribute is whatever is stored", func(t *testing.T) {
		require.NoError(t, db.Replace("users", with(good, "views", num("1000000"))))
		got, err := users.Load(t.Context(), "alice", 1700000000)
		require.NoError(t, err)
		assert.Equal(t, 1000000, got.Views)
	})
}

func TestLoadUnderOtherKeysOrTables(t *testing.T) {
	db, users := newUsers(t)
	u := alice()
	require.NoError(t, users.Save(t.Context(), &u))
	addTable(t, db, "copies", "id", "S", "created", "N")
	require.NoError(t, db.Replace("copies", theItem(t, db, "users")))

	t.Run("an item of another table is refused", func(t *testing.T) {
		copies := newMapper[user](t, db.Client(), mapper.WithTable("copies"))
		got, err := copies.Load(t.Context(), "alice", 1700000000)
		requireClass(t, err, "Load", crypto.ErrSignature)
		assert.ErrorContains(t, err, `"copies"`)
		assert.Zero(t, got)
	})
	t.Run("an item under other keys is refused", func(t *testing.T) {
		stranger := must(mapper.New[user](db.Client(), newEncryptor(2)))
		got, err := stranger.Load(t.Context(), "alice", 1700000000)
		requireClass(t, err, "Load", crypto.ErrSignature)
		assert.Zero(t, got)
	})
	t.Run("an item signed under the name of the original loads with signedas", func(t *testing.T) {
		type copied struct {
			_       struct{} `ddbcrypt:"table=copies,signedas=users"`
			ID      string   `dynamodbav:"id" ddbcrypt:"partition"`
			Created int64    `dynamodbav:"created" ddbcrypt:"sort"`
			Email   string   `dynamodbav:"email"`
			Plan    string   `dynamodbav:"plan" ddbcrypt:"sign"`
			Views   int      `dynamodbav:"views" ddbcrypt:"none"`
			Version int64    `dynamodbav:"version" ddbcrypt:"version"`
		}
		copies := newMapper[copied](t, db.Client())
		got, err := copies.Load(t.Context(), "alice", 1700000000)
		require.NoError(t, err)
		assert.Equal(t, copied(u), got)
		_, err = must(mapper.New[copied](db.Client(), newEncryptor(2))).Load(t.Context(), "alice", 1700000000)
		requireClass(t, err, "Load", crypto.ErrSignature)
		assert.ErrorContains(t, err, `"copies"`, "where it is")
		assert.ErrorContains(t, err, `"users"`, "and what it is signed as")
		require.NoError(t, copies.Save(t.Context(), &got))
		require.NoError(t, db.Replace("users", theItem(t, db, "copies")))
		back, err := users.Load(t.Context(), "alice", 1700000000)
		require.NoError(t, err)
		assert.Equal(t, int64(2), back.Version)
	})
}

func TestTableByARN(t *testing.T) {
	db, users := newUsers(t)
	u := alice()
	require.NoError(t, users.Save(t.Context(), &u))
	const arn = "arn:aws:dynamodb:us-east-1:123456789012:table/users"
	client := &recorder{DynamoDB: answering{item: theItem(t, db, "users")}}
	byARN := newMapper[user](t, client, mapper.WithTable(arn))

	got, err := byARN.Load(t.Context(), "alice", 1700000000)
	require.NoError(t, err, "the plain name is what is signed")
	assert.Equal(t, u, got)
	assert.Equal(t, arn, *client.gets[0].TableName, "the ARN is what is asked for")

	_ = byARN.Save(t.Context(), &u)
	stored := client.puts[0].Item
	assert.Equal(t, arn, *client.puts[0].TableName)
	back, err := newMapper[user](t, answering{item: stored}).Load(t.Context(), "alice", 1700000000)
	require.NoError(t, err)
	assert.Equal(t, int64(2), back.Version)
}

// account has an email that is verified and whose name an attacker may imitate.
type account struct {
	_     struct{} `ddbcrypt:"table=accounts"`
	ID    string   `dynamodbav:"id" ddbcrypt:"partition"`
	Email string   `dynamodbav:"email"`
	Role  string   `dynamodbav:"role" ddbcrypt:"sign"`
}

func TestNamesInAnotherCaseNeverWin(t *testing.T) {
	db := newDB(t, "accounts", "id", "S")
	accounts := newMapper[account](t, db.Client())
	saved := account{ID: "a", Email: "a@example.com", Role: "reader"}
	require.NoError(t, accounts.Save(t.Context(), &saved))
	item := theItem(t, db, "accounts")
	for _, name := range []string{"EMAIL", "Email", "eMail", "ROLE", "Role", "ID", "Id", "emaıl"} {
		item = with(item, name, str("attacker"))
	}
	injected := newMapper[account](t, answering{item: item})
	for range 1000 {
		got, err := injected.Load(t.Context(), "a")
		require.NoError(t, err)
		require.Equal(t, saved, got)
	}
}

func TestNamesInAnotherCaseDoNotFillGaps(t *testing.T) {
	type gap struct {
		_     struct{} `ddbcrypt:"table=accounts"`
		ID    string   `dynamodbav:"id" ddbcrypt:"partition"`
		Email string   `dynamodbav:"email,omitempty"`
	}
	db := newDB(t, "accounts", "id", "S")
	accounts := newMapper[gap](t, db.Client())
	require.NoError(t, accounts.Save(t.Context(), &gap{ID: "a"}))
	item := theItem(t, db, "accounts")
	require.NotContains(t, item, "email")
	require.NoError(t, db.Replace("accounts", with(item, "EMAIL", str("attacker"))))
	got, err := accounts.Load(t.Context(), "a")
	require.NoError(t, err)
	assert.Empty(t, got.Email)
}

// Three readers of accounts with each policy for what they do not model.
type (
	ignoring struct {
		_  struct{} `ddbcrypt:"table=accounts,unknown=ignore"`
		ID string   `dynamodbav:"id" ddbcrypt:"partition"`
	}
	signing struct {
		_     struct{} `ddbcrypt:"table=accounts,unknown=sign"`
		ID    string   `dynamodbav:"id" ddbcrypt:"partition"`
		Email string   `dynamodbav:"email"`
	}
	encrypting struct {
		_    struct{} `ddbcrypt:"table=accounts,unknown=encrypt"`
		ID   string   `dynamodbav:"id" ddbcrypt:"partition"`
		Role string   `dynamodbav:"role" ddbcrypt:"sign"`
	}
	retiring struct {
		_  struct{} `ddbcrypt:"table=accounts,retired=email:encrypt,retired=role:sign"`
		ID string   `dynamodbav:"id" ddbcrypt:"partition"`
	}
)

func TestAttributesThatAreNotModelled(t *testing.T) {
	db := newDB(t, "accounts", "id", "S")
	require.NoError(t, newMapper[account](t, db.Client()).Save(t.Context(), &account{ID: "a", Email: "e", Role: "r"}))
	written := theItem(t, db, "accounts")
	require.NoError(t, newMapper[ignoring](t, db.Client()).Save(t.Context(), &ignoring{ID: "a"}))
	bare := theItem(t, db, "accounts")

	t.Run("are ignored, signed or not, where the policy says so", func(t *testing.T) {
		got, err := newMapper[ignoring](t, answering{item: with(bare, "extra", str("x"))}).Load(t.Context(), "a")
		require.NoError(t, err)
		assert.Equal(t, ignoring{ID: "a"}, got)
	})
	t.Run("are refused as ignored if they were signed", func(t *testing.T) {
		_, err := newMapper[ignoring](t, answering{item: written}).Load(t.Context(), "a")
		requireClass(t, err, "Load", crypto.ErrSignature)
	})
	t.Run("are verified as signed", func(t *testing.T) {
		got, err := newMapper[signing](t, answering{item: written}).Load(t.Context(), "a")
		require.NoError(t, err)
		assert.Equal(t, signing{ID: "a", Email: "e"}, got)
		for name, item := range map[string]crypto.Item{"changed": with(written, "role", str("admin")), "added": with(written, "extra", str("x"))} {
			_, err := newMapper[signing](t, answering{item: item}).Load(t.Context(), "a")
			requireClass(t, err, "Load", crypto.ErrSignature)
			assert.NotContains(t, err.Error(), "admin", name)
		}
	})
	t.Run("are verified as encrypted", func(t *testing.T) {
		got, err := newMapper[encrypting](t, answering{item: written}).Load(t.Context(), "a")
		require.NoError(t, err)
		assert.Equal(t, encrypting{ID: "a", Role: "r"}, got)
		for _, value := range []types.AttributeValue{str("x"), bin(1, 2)} {
			_, err := newMapper[encrypting](t, answering{item: with(written, "EMAIL", value)}).Load(t.Context(), "a")
			requireClass(t, err, "Load", crypto.ErrSignature)
		}
	})
	t.Run("are verified as retired and not decoded", func(t *testing.T) {
		got, err := newMapper[retiring](t, answering{item: written}).Load(t.Context(), "a")
		require.NoError(t, err)
		assert.Equal(t, retiring{ID: "a"}, got)
		_, err = newMapper[retiring](t, answering{item: with(written, "role", str("admin"))}).Load(t.Context(), "a")
		requireClass(t, err, "Load", crypto.ErrSignature)
	})
	t.Run("are gone after the next Save", func(t *testing.T) {
		require.NoError(t, db.Replace("accounts", written))
		retired := newMapper[retiring](t, db.Client())
		got, err := retired.Load(t.Context(), "a")
		require.NoError(t, err)
		require.NoError(t, retired.Save(t.Context(), &got))
		assert.Equal(t, []string{crypto.DefaultDescriptionAttribute, crypto.DefaultSignatureAttribute, "id"}, names(theItem(t, db, "accounts")))
		_, err = retired.Load(t.Context(), "a")
		require.NoError(t, err)
	})
}

func TestTagKey(t *testing.T) {
	type invoice struct {
		_      struct{} `ddbcrypt:"table=invoices"`
		ID     string   `json:"id" ddbcrypt:"partition"`
		Amount int      `json:"amount,omitempty" ddbcrypt:"sign"`
		Note   string   `json:"note"`
		Memory string   `json:"-"`
		Old    string   `dynamodbav:"old"`
		Lines  []struct {
			Text string `json:"text"`
		} `json:"lines" ddbcrypt:"sign"`
	}
	db := newDB(t, "invoices", "id", "S")
	invoices := newMapper[invoice](t, db.Client(), mapper.WithTagKey("json"))
	saved := invoice{ID: "i", Note: "n", Memory: "m", Old: "o"}
	saved.Lines = make([]struct {
		Text string `json:"text"`
	}, 1)
	saved.Lines[0].Text = "line"
	require.NoError(t, invoices.Save(t.Context(), &saved))
	item := theItem(t, db, "invoices")
	assert.Equal(t, []string{crypto.DefaultDescriptionAttribute, crypto.DefaultSignatureAttribute, "id", "lines", "note", "old"}, names(item))
	line := item["lines"].(*types.AttributeValueMemberL).Value[0].(*types.AttributeValueMemberM).Value
	assert.Equal(t, crypto.Item{"text": str("line")}, line)

	got, err := invoices.Load(t.Context(), "i")
	require.NoError(t, err)
	saved.Memory = ""
	assert.Equal(t, saved, got)
	require.NoError(t, invoices.Delete(t.Context(), &got))
}

func TestLoadFailures(t *testing.T) {
	errNetwork := errors.New("connection reset")
	db, users := newUsers(t)
	u := alice()
	require.NoError(t, users.Save(t.Context(), &u))
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	t.Run("of the network are found", func(t *testing.T) {
		got, err := newMapper[user](t, db.Client(throughTransport(broken{errNetwork}))).Load(t.Context(), "alice", 1700000000)
		require.ErrorIs(t, err, errNetwork)
		assert.Zero(t, got)
	})
	t.Run("of the context are found", func(t *testing.T) {
		_, err := users.Load(cancelled, "alice", 1700000000)
		require.ErrorIs(t, err, context.Canceled)
		assert.NotErrorIs(t, err, mapper.ErrNotFound)
	})
	t.Run("of the provider are found", func(t *testing.T) {
		errKey := errors.New("no key today")
		m := must(mapper.New[user](db.Client(), crypto.NewEncryptor(keyless{errKey})))
		got, err := m.Load(t.Context(), "alice", 1700000000)
		requireClass(t, err, "Load", crypto.ErrKeyUnavailable)
		require.ErrorIs(t, err, errKey)
		assert.Zero(t, got)
	})
	t.Run("of a missing table are those of the SDK", func(t *testing.T) {
		_, err := newMapper[user](t, memdb.New().Client()).Load(t.Context(), "alice", 1700000000)
		var missing *types.ResourceNotFoundException
		require.ErrorAs(t, err, &missing)
		assert.NotErrorIs(t, err, mapper.ErrNotFound)
	})
}

func TestLoadFromAMockThatReturnsNothing(t *testing.T) {
	_, err := newMapper[user](t, silent).Load(t.Context(), "alice", 1700000000)
	require.ErrorIs(t, err, mapper.ErrNotFound)
}

func TestLoadRefusesAnItemUnderAnotherKey(t *testing.T) {
	db, users := newUsers(t)
	bob := user{ID: "bob", Created: 7, Plan: "gold"}
	require.NoError(t, users.Save(t.Context(), &bob))
	lying := newMapper[user](t, answering{item: theItem(t, db, "users")})
	for name, key := range map[string][]any{"partition key": {"alice", 7}, "sort key": {"bob", 8}} {
		t.Run("that differs in the "+name, func(t *testing.T) {
			got, err := lying.Load(t.Context(), key...)
			requireClass(t, err, "Load", crypto.ErrSignature)
			assert.ErrorContains(t, err, "another key")
			assert.Zero(t, got)
		})
	}
	for name, id := range map[string]types.AttributeValue{
		"is missing": nil, "has another type": bin([]byte("bob")...), "is nil": (*types.AttributeValueMemberS)(nil),
	} {
		t.Run("that "+name, func(t *testing.T) {
			lying := newMapper[user](t, answering{item: with(theItem(t, db, "users"), "id", id)})
			_, err := lying.Load(t.Context(), "bob", 7)
			requireClass(t, err, "Load", crypto.ErrSignature)
		})
	}
	t.Run("but a number may be written in another way", func(t *testing.T) {
		type counter struct {
			_  struct{}              `ddbcrypt:"table=counters"`
			ID attributevalue.Number `dynamodbav:"id" ddbcrypt:"partition"`
		}
		db := newDB(t, "counters", "id", "N")
		counters := newMapper[counter](t, db.Client())
		require.NoError(t, counters.Save(t.Context(), &counter{ID: "7.50"}))
		got, err := counters.Load(t.Context(), "75e-1")
		require.NoError(t, err)
		assert.Equal(t, attributevalue.Number("7.5"), got.ID)
	})
}

func TestDiagnose(t *testing.T) {
	db, users := newUsers(t)
	u := user{ID: "alice", Created: 1, Email: canary, Plan: canary}
	require.NoError(t, users.Save(t.Context(), &u))
	good := theItem(t, db, "users")

	t.Run("says that an item verifies", func(t *testing.T) {
		diagnosis, err := users.Diagnose(t.Context(), crypto.Candidates{}, "alice", 1, mapper.Consistent())
		require.NoError(t, err)
		require.NoError(t, diagnosis.Err)
		assert.Empty(t, diagnosis.Findings)
	})
	t.Run("finds what was added, and no values", func(t *testing.T) {
		changed := newMapper[signedAll](t, answering{item: with(good, "extra", str(canary))})
		diagnosis, err := changed.Diagnose(t.Context(), crypto.Candidates{}, "alice", 1)
		require.NoError(t, err)
		require.ErrorIs(t, diagnosis.Err, crypto.ErrSignature)
		assert.Contains(t, diagnosis.String(), `"extra"`)
		assert.NotContains(t, diagnosis.String(), canary)
	})
	t.Run("finds the other table", func(t *testing.T) {
		copied := newMapper[user](t, answering{item: good}, mapper.WithTable("copies"))
		diagnosis, err := copied.Diagnose(t.Context(), crypto.Candidates{Tables: []string{"orders", "users"}}, "alice", 1)
		require.NoError(t, err)
		require.Len(t, diagnosis.Findings, 1)
		assert.Contains(t, diagnosis.Findings[0], `"users"`)
	})
	t.Run("fails where there is nothing to diagnose", func(t *testing.T) {
		_, err := users.Diagnose(t.Context(), crypto.Candidates{}, "nobody", 1)
		require.ErrorIs(t, err, mapper.ErrNotFound)
		_, err = users.Diagnose(t.Context(), crypto.Candidates{}, "alice")
		requireClass(t, err, "Diagnose", crypto.ErrConfig)
	})
	t.Run("fails with an encryptor that cannot", func(t *testing.T) {
		m := must(mapper.New[user](db.Client(), plainEncryptor{}))
		_, err := m.Diagnose(t.Context(), crypto.Candidates{}, "alice", 1)
		requireClass(t, err, "Diagnose", crypto.ErrConfig)
	})
}

// signedAll is user with a policy under which nothing may be added.
type signedAll struct {
	_       struct{} `ddbcrypt:"table=users,unknown=sign"`
	ID      string   `dynamodbav:"id" ddbcrypt:"partition"`
	Created int64    `dynamodbav:"created" ddbcrypt:"sort"`
	Email   string   `dynamodbav:"email"`
	Views   int      `dynamodbav:"views" ddbcrypt:"none"`
}

// plainEncryptor is another item format: one that does nothing.
type plainEncryptor struct{}

func (plainEncryptor) For(cmp.EncryptionContext, crypto.Actions) (crypto.TableEncryptor, error) {
	return plainEncryptor{}, nil
}

func (plainEncryptor) EncryptItem(_ context.Context, item crypto.Item) (crypto.Item, error) {
	return item, nil
}

func (plainEncryptor) DecryptItem(_ context.Context, item crypto.Item) (crypto.Item, error) {
	return item, nil
}

func (plainEncryptor) VerifyItem(context.Context, crypto.Item) error { return nil }

func (plainEncryptor) ReservedAttributes() []string { return []string{"mark"} }

func TestAnotherItemFormat(t *testing.T) {
	db := newDB(t, "users", "id", "S", "created", "N")
	users := must(mapper.New[user](db.Client(), plainEncryptor{}))
	u := alice()
	require.NoError(t, users.Save(t.Context(), &u))
	assert.Equal(t, str("alice@example.com"), theItem(t, db, "users")["email"])
	got, err := users.Load(t.Context(), "alice", 1700000000)
	require.NoError(t, err)
	assert.Equal(t, u, got)
}

// keeper keeps the value that it was given.
type keeper struct{ value types.AttributeValue }

func (k keeper) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) { return k.value, nil }

func (k *keeper) UnmarshalDynamoDBAttributeValue(v types.AttributeValue) error {
	k.value = v
	return nil
}

func TestLoadedValuesAreTheCallers(t *testing.T) {
	db := newValues(t)
	m := newMapper[plainTag[keeper]](t, db.Client())
	var loaded []plainTag[keeper]
	for i := range byte(10) {
		value := plain(keeper{&types.AttributeValueMemberL{Value: []types.AttributeValue{bin(i, i, i, i), str(string('a' + rune(i)))}}})[0]
		require.NoError(t, m.Save(t.Context(), &value))
		got, err := m.Load(t.Context(), "x")
		require.NoError(t, err)
		loaded = append(loaded, got)
	}
	for i, got := range loaded {
		want := &types.AttributeValueMemberL{Value: []types.AttributeValue{bin(byte(i), byte(i), byte(i), byte(i)), str(string('a' + rune(i)))}}
		assert.Equal(t, plain(keeper{want})[0], got, "later loads do not change it")
	}
}
