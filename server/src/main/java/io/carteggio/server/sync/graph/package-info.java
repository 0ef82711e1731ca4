/// People and groups of Microsoft Entra ID, by Microsoft Graph. Start at [GraphDirectory].
@NullMarked
package io.carteggio.server.sync.graph;

import org.jspecify.annotations.NullMarked;
