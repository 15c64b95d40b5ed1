package config

import (
	"maps"

	"go.yaml.in/yaml/v3"

	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// Actions returns the actions, those of the key attributes filled in.
func (c *Config) Actions() crypto.Actions {
	return crypto.Actions{Default: c.actions.Default, Overrides: maps.Clone(c.actions.Overrides)}
}

// action reads an action word.
func (c *Config) action(dst *crypto.Action) field {
	return func(path string, n *yaml.Node) error {
		var word string
		if err := c.word(&word, "encrypt", "sign", "none")(path, n); err != nil {
			return err
		}
		var err error
		*dst, err = crypto.ParseAction(word)
		return err
	}
}

func (c *Config) readActions(path string, n *yaml.Node) error {
	return c.each(path, n, func(name string, _, value *yaml.Node) error {
		var action crypto.Action
		if err := c.action(&action)(join(path, name), value); err != nil {
			return err
		}
		c.actions.Overrides[name] = action
		c.stated[name] = value
		return nil
	})
}

// finishKeys gives the key attributes that no action is stated for theirs: sign,
// or none if everything else is none.
func (c *Config) finishKeys() error {
	action := crypto.SignOnly
	if c.actions.PassThrough() {
		action = crypto.DoNothing
	}
	for _, key := range []string{c.context.PartitionKey, c.context.SortKey} {
		if key == "" {
			continue
		}
		stated, ok := c.actions.Overrides[key]
		if !ok {
			c.actions.Overrides[key] = action
		} else if stated == crypto.EncryptAndSign {
			return c.fail(join("actions", key), c.stated[key], "a key attribute cannot be encrypted; make its action sign or leave it out")
		}
	}
	return nil
}

// encrypts reports whether any attribute may be encrypted.
func (c *Config) encrypts() bool {
	if c.actions.Default == crypto.EncryptAndSign {
		return true
	}
	for _, action := range c.actions.Overrides {
		if action == crypto.EncryptAndSign {
			return true
		}
	}
	return false
}
