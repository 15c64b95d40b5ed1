package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/ddbcrypt/ddbcrypt/internal/config"
	"github.com/ddbcrypt/ddbcrypt/internal/ddbjson"
)

func encryptCommand(s *session) *cobra.Command {
	return &cobra.Command{
		Use:   "encrypt [FILE…]",
		Short: "Encrypt and sign items",
		Long: `Encrypt and sign plaintext items by the actions and with the keys of the
configuration. A provider of type static or wrapped needs signing_key, and
encryption_key or wrapping_key; one of type kms needs key_id.`,
		Example: `  ddbcrypt item encrypt --config users.yaml plain.jsonl > encrypted.jsonl
  zcat export.json.gz | ddbcrypt item encrypt --config users.yaml`,
		RunE: func(cmd *cobra.Command, files []string) error {
			table, _, err := s.table(cmd.Context(), config.Encrypt)
			if err != nil {
				return err
			}
			return s.stream(cmd.Context(), files, "encrypted", func(ctx context.Context, in input) ([]byte, error) {
				sealed, err := table.EncryptItem(ctx, in.Item)
				if err != nil {
					return nil, err
				}
				return ddbjson.AppendLine(nil, sealed, in.Wrapped)
			})
		},
	}
}
