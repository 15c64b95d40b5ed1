package mapper_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/wiretap"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

// The types of rolling deploys: wide has an attribute more than the others, which keep
// it by their policy.
type (
	wideSigned struct {
		_     struct{} `ddbcrypt:"table=rolling"`
		ID    string   `dynamodbav:"id" ddbcrypt:"partition"`
		Count string   `dynamodbav:"count"`
		Extra string   `dynamodbav:"extra" ddbcrypt:"sign"`
	}
	narrowSigned struct {
		_     struct{} `ddbcrypt:"table=rolling,unknown=sign"`
		ID    string   `dynamodbav:"id" ddbcrypt:"partition"`
		Count string   `dynamodbav:"count"`
	}
	wideEncrypted struct {
		_     struct{} `ddbcrypt:"table=rolling"`
		ID    string   `dynamodbav:"id" ddbcrypt:"partition"`
		Count string   `dynamodbav:"count"`
		Extra string   `dynamodbav:"extra"`
	}
	narrowEncrypted struct {
		_     struct{} `ddbcrypt:"table=rolling,unknown=encrypt"`
		ID    string   `dynamodbav:"id" ddbcrypt:"partition"`
		Count string   `dynamodbav:"count"`
	}
	narrowIgnoring struct {
		_     struct{} `ddbcrypt:"table=rolling"`
		ID    string   `dynamodbav:"id" ddbcrypt:"partition"`
		Count string   `dynamodbav:"count"`
	}
	carrying struct {
		_     struct{}                        `ddbcrypt:"table=rolling,unknown=encrypt"`
		ID    string                          `dynamodbav:"id" ddbcrypt:"partition"`
		Count string                          `dynamodbav:"count"`
		Rest  map[string]types.AttributeValue `dynamodbav:"-" ddbcrypt:",unknown"`
	}
)

func init() {
	key := mapper.Key{"r"}

	suite["Modify keeps signed and encrypted attributes that it does not model"] = func(t *testing.T, w *world) {
		signed, encrypted := createMapper[wideSigned](t, w), openMapper[wideEncrypted](t, w)
		require.NoError(t, signed.Save(t.Context(), &wideSigned{ID: "r", Count: "1", Extra: "kept"}))
		_, err := openMapper[narrowSigned](t, w).Modify(t.Context(), key, func(n *narrowSigned) error { n.Count = "2"; return nil })
		require.NoError(t, err)
		got, err := signed.Load(t.Context(), "r")
		require.NoError(t, err)
		require.Equal(t, wideSigned{ID: "r", Count: "2", Extra: "kept"}, got)

		require.NoError(t, encrypted.Save(t.Context(), &wideEncrypted{ID: "r", Count: "1", Extra: canary}))
		w.tap.Reset()
		_, err = openMapper[narrowEncrypted](t, w).Modify(t.Context(), key, func(n *narrowEncrypted) error { n.Count = "2"; return nil })
		require.NoError(t, err)
		_, err = openMapper[carrying](t, w).Modify(t.Context(), key, func(c *carrying) error { c.Count = "3"; return nil })
		require.NoError(t, err)
		for _, request := range w.tap.Requests() {
			require.NotContains(t, string(request.Body), canary)
		}
		again, err := encrypted.Load(t.Context(), "r")
		require.NoError(t, err)
		require.Equal(t, wideEncrypted{ID: "r", Count: "3", Extra: canary}, again)
		_, err = openMapper[carrying](t, w).Modify(t.Context(), key, func(c *carrying) error { delete(c.Rest, "extra"); return nil })
		require.NoError(t, err)
		require.NotContains(t, w.stored(t, "rolling")[0], "extra")
	}

	suite["Modify keeps ignored attributes, and notices when they change"] = func(t *testing.T, w *world) {
		narrow := createMapper[narrowIgnoring](t, w)
		require.NoError(t, narrow.Save(t.Context(), &narrowIgnoring{ID: "r"}))
		w.plant(t, "rolling", with(w.stored(t, "rolling")[0], "views", num("1")))
		calls := 0
		_, err := narrow.Modify(t.Context(), key, func(n *narrowIgnoring) error {
			if calls++; calls == 1 {
				w.updateViews(t, "rolling", crypto.Item{"id": str("r")})
			}
			n.Count = "2"
			return nil
		})
		require.NoError(t, err)
		require.Equal(t, 2, calls)
		require.Equal(t, num("2"), w.stored(t, "rolling")[0]["views"])
	}

	suite["Modify encrypts a plaintext item, and notices when it changes"] = func(t *testing.T, w *world) {
		users := createMapper[user](t, w)
		plain := crypto.Item{"id": str("alice"), "created": num("1"), "email": str("a"), "plan": str("gold"), "extra": str("x")}
		w.plant(t, "users", plain)
		_, err := users.Modify(t.Context(), mapper.Key{"alice", 1}, func(*user) error { t.Error("it was called"); return nil })
		requireClass(t, err, "Modify", crypto.ErrNotEncrypted)
		migrating := openMapper[user](t, w, mapper.WithPlaintext(client.InsecureReadPlaintext))
		calls := 0
		got, err := migrating.Modify(t.Context(), mapper.Key{"alice", 1}, func(u *user) error {
			if calls++; calls == 1 {
				w.plant(t, "users", with(plain, "email", str("b")))
			}
			u.Email += "x"
			return nil
		})
		require.NoError(t, err)
		require.Equal(t, 2, calls)
		require.Equal(t, "bx", got.Email)
		require.EqualValues(t, 1, got.Version)
		loaded, err := users.Load(t.Context(), "alice", 1)
		require.NoError(t, err)
		require.Equal(t, got, loaded)
		require.Equal(t, str("x"), w.stored(t, "users")[0]["extra"])
	}

	suite["Modify does not write over an item that was encrypted since it was read as plaintext"] = func(t *testing.T, w *world) {
		users := createMapper[user](t, w)
		migrating := openMapper[user](t, w, mapper.WithPlaintext(client.InsecureReadPlaintext))
		w.plant(t, "users", crypto.Item{"id": str("alice"), "created": num("1"), "email": str("a")})
		calls := 0
		got, err := migrating.Modify(t.Context(), mapper.Key{"alice", 1}, func(u *user) error {
			if calls++; calls == 1 {
				require.NoError(t, users.Save(t.Context(), &user{ID: "alice", Created: 1, Email: "b"}))
			}
			u.Email += "x"
			return nil
		})
		require.NoError(t, err)
		require.Equal(t, "bx", got.Email)
		require.EqualValues(t, 2, got.Version)
	}

	suite["Modify brings an item of an earlier model to the current one"] = func(t *testing.T, w *world) {
		earlier := createMapper[wideSigned](t, w)
		require.NoError(t, earlier.Save(t.Context(), &wideSigned{ID: "r", Count: "1", Extra: "x"}))
		current := openMapper[wideEncrypted](t, w, mapper.WithPreviousModel[wideSigned]())
		calls := 0
		got, err := current.Modify(t.Context(), key, func(v *wideEncrypted) error {
			if calls++; calls == 1 {
				require.NoError(t, earlier.Save(t.Context(), &wideSigned{ID: "r", Count: "2", Extra: "y"}))
			}
			v.Count += "+"
			return nil
		})
		require.NoError(t, err)
		require.Equal(t, 2, calls)
		require.Equal(t, wideEncrypted{ID: "r", Count: "2+", Extra: "y"}, got)
		require.IsType(t, bin(), w.stored(t, "rolling")[0]["extra"])
		loaded, err := openMapper[wideEncrypted](t, w).Load(t.Context(), "r")
		require.NoError(t, err)
		require.Equal(t, got, loaded)
	}

	suite["Modify works where everything is only signed"] = func(t *testing.T, w *world) {
		counters := createMapper[counter](t, w)
		calls := 0
		for want := 1; want <= 3; want++ {
			got, err := counters.Modify(t.Context(), mapper.Key{"a"}, func(c *counter) error {
				if calls++; calls == 2 {
					_, err := counters.Modify(t.Context(), mapper.Key{"a"}, func(c *counter) error { c.Count += 10; return nil })
					require.NoError(t, err)
				}
				c.Count++
				return nil
			}, mapper.OrCreate())
			require.NoError(t, err)
			require.Equal(t, want, got.Count%10)
		}
		got, err := counters.Load(t.Context(), "a")
		require.NoError(t, err)
		require.Equal(t, counter{ID: "a", Count: 13, Version: 4}, got)
	}

	suite["what Modify cannot write leaves the item as it is"] = func(t *testing.T, w *world) {
		rolling := createMapper[carrying](t, w)
		require.NoError(t, rolling.Save(t.Context(), &carrying{ID: "r", Count: "1"}))
		before := w.stored(t, "rolling")
		for name, change := range map[string]func(c *carrying){
			"an item over 400 KB":          func(c *carrying) { c.Count = strings.Repeat(canary, 70_000) },
			"a reserved name":              func(c *carrying) { c.Rest = crypto.Item{crypto.DefaultSignatureAttribute: bin(1)} },
			"the other reserved name":      func(c *carrying) { c.Rest = crypto.Item{crypto.DefaultDescriptionAttribute: str(canary)} },
			"the name of another field":    func(c *carrying) { c.Rest = crypto.Item{"count": str(canary)} },
			"the name of the key":          func(c *carrying) { c.Rest = crypto.Item{"id": str(canary)} },
			"a carried value without type": func(c *carrying) { c.Rest = crypto.Item{"x": nil} },
		} {
			t.Run(name, func(t *testing.T) {
				w.tap.Reset()
				_, err := rolling.Modify(t.Context(), key, func(c *carrying) error { change(c); return nil })
				requireClass(t, err, "Modify", crypto.ErrConfig)
				requireNoCanary(t, err)
				require.Equal(t, []string{"GetItem"}, w.tap.Operations())
				value := carrying{ID: "r"}
				change(&value)
				for op, err := range map[string]error{"Save": rolling.Save(t.Context(), &value),
					"SaveMany": rolling.SaveMany(t.Context(), []*carrying{&value}), "Transact": mapper.Transact(t.Context(), rolling.PutOp(&value))} {
					requireClass(t, err, op, crypto.ErrConfig)
					requireNoCanary(t, err)
				}
				require.Equal(t, 1, w.tap.Count(""))
			})
		}
		require.Equal(t, before, w.stored(t, "rolling"))
	}

	suite["an error of the network ends Modify"] = func(t *testing.T, w *world) {
		things := createMapper[secretive](t, w)
		require.NoError(t, things.Save(t.Context(), &secretive{ID: canary, Secret: canary}))
		for _, op := range []string{"GetItem", "PutItem"} {
			w.tap.Inject(op, wiretap.InOrder(wiretap.Fault{Cut: true}))
			_, err := things.Modify(t.Context(), mapper.Key{canary}, func(s *secretive) error { s.Secret += "x"; return nil })
			require.Error(t, err)
			requireClassless(t, err)
			requireNoCanary(t, err)
		}
	}
}
