package main

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/spf13/cobra"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/config"
	"github.com/ddbcrypt/ddbcrypt/internal/ddbjson"
)

func decryptCommand(s *session) *cobra.Command {
	var allowPlaintext bool
	cmd := &cobra.Command{
		Use:   "decrypt [FILE…]",
		Short: "Verify and decrypt items",
		Long: `Verify items and decrypt them. A provider of type static or wrapped needs
verification_key (by default signing_key), and encryption_key or unwrapping_key
(by default wrapping_key, if that is AES); one of type kms needs key_id or
decryption_keys.

With --allow-plaintext, items that carry neither a signature nor a material
description pass as they are, and are counted on standard error: for a table
that is not all encrypted yet. Whoever can write the table can make such items.`,
		Example: `  ddbcrypt item decrypt --config users.yaml encrypted.jsonl > plain.jsonl`,
		RunE: func(cmd *cobra.Command, files []string) error {
			table, c, err := s.table(cmd.Context(), config.Decrypt)
			if err != nil {
				return err
			}
			var passed atomic.Int64
			err = s.stream(cmd.Context(), files, "decrypted", func(ctx context.Context, in input) ([]byte, error) {
				plain, err := table.DecryptItem(ctx, in.Item)
				if allowPlaintext && errors.Is(err, crypto.ErrNotEncrypted) && isPlaintext(c, in.Item) {
					passed.Add(1)
					plain, err = in.Item, nil
				}
				if err != nil {
					return nil, err
				}
				return ddbjson.AppendLine(nil, plain, in.Wrapped)
			})
			if n := int(passed.Load()); n > 0 {
				_, _ = fmt.Fprintf(s.stderr, "ddbcrypt: not encrypted, passed unverified: %s\n", count(n, "item"))
			}
			return err
		},
	}
	cmd.Flags().BoolVar(&allowPlaintext, "allow-plaintext", false, "let items pass that were never encrypted")
	return cmd
}

// isPlaintext reports whether an item has neither of the reserved attributes.
func isPlaintext(c *config.Config, item crypto.Item) bool {
	description, signature, _ := c.Names()
	_, described := item[description]
	_, signed := item[signature]
	return !described && !signed
}
